"""What the app is made of is not looked through for garbage again."""

import gc

from flask import Flask

from app.core.garbage import spare_what_stays


def test_what_stays_is_left_out_of_later_looks(app: Flask) -> None:
    before = len(gc.get_objects())
    try:
        spare_what_stays()
        left = len(gc.get_objects())
    finally:
        gc.unfreeze()

    assert left < before / 10


def test_what_comes_later_is_still_collected() -> None:
    class Thing:
        pass

    spare_what_stays()
    try:
        thing = Thing()
        thing.itself = thing  # type: ignore[attr-defined]
        del thing
        assert gc.collect() > 0
    finally:
        gc.unfreeze()
