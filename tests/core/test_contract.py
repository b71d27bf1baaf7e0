"""What every repository of the house promises, held to on eight backings."""

import inspect
import uuid
from typing import Any

import pytest

from app.core.errors import Conflict, Invalid
from tests.core.backings import Backing, Stand, held
from tests.core.rooms import HISTORY, ROOMS, Room


@pytest.fixture(params=ROOMS, ids=lambda room: room.name)
def rows(request: pytest.FixtureRequest, stand: Stand) -> Backing:
    # Laid before anything is counted.
    assert stand.ground.project
    return stand.on(request.param)


def test_a_created_row_is_found_by_its_ids_and_counted(rows: Backing) -> None:
    before = rows.do(lambda each: each.count())

    made = rows.add()

    assert rows.do(lambda each: each.get(made.id)).id == made.id
    assert rows.do(lambda each: each.exists(made.id)) is True
    assert rows.do(lambda each: each.count()) == before + 1
    if hasattr(made, "public_id"):
        assert rows.do(lambda each: each.get_by_public_id(made.public_id)).id == made.id


def test_what_is_not_there_is_none(rows: Backing) -> None:
    assert rows.do(lambda each: each.get(404_404)) is None
    assert rows.do(lambda each: each.exists(404_404)) is False
    assert rows.do(lambda each: each.delete(404_404)) is False
    if hasattr(rows.room.sync.model, "public_id"):
        assert rows.do(lambda each: each.get_by_public_id(uuid.uuid4())) is None


def test_every_attribute_can_be_read_after_the_unit_is_over(rows: Backing) -> None:
    made = rows.add()

    found = rows.do(lambda each: each.get(made.id))

    columns = [column.key for column in type(made).__mapper__.column_attrs]
    assert {name: getattr(found, name) for name in columns} == {name: getattr(made, name) for name in columns}


def test_update_sets_what_is_allowed_and_counts_the_version(rows: Backing) -> None:
    if rows.room.change is None:
        assert rows.room.sync.writable == frozenset(), f"say how {rows.room.name} changes"
        return
    field, value = rows.room.change
    made = rows.add()

    rows.do(lambda each: each.update(held(each, made), {field: value}))

    found = rows.do(lambda each: each.get(made.id))
    assert getattr(found, field) == value
    # A version that only some acts raise is those acts' own affair.
    assert type(made).__mapper__.version_id_col is None or found.version == 2


@pytest.mark.parametrize("field", ["id", "public_id", "created_at", "no_such_field"])
def test_update_refuses_what_is_not_on_the_list(rows: Backing, field: str) -> None:
    made = rows.add()

    with pytest.raises(Invalid):
        rows.do(lambda each: each.update(made, {field: 1}))


def test_a_second_row_with_the_same_key_is_a_conflict_and_the_next_unit_works(rows: Backing) -> None:
    if not rows.room.unique:
        return
    made = rows.add()
    same = {name: getattr(made, name) for name in rows.room.unique}

    with pytest.raises(Conflict) as taken:
        rows.add(**same)

    assert taken.value.field
    assert rows.add().id != made.id


def test_a_deleted_row_is_gone_at_once(rows: Backing) -> None:
    made = rows.add()

    assert rows.do(lambda each: each.delete(made.id)) is True
    assert rows.do(lambda each: each.get(made.id)) is None
    assert rows.do(lambda each: each.delete(made.id)) is False


def test_pages_show_every_row_once_in_the_stated_order(rows: Backing) -> None:
    made = [rows.add().id for _ in range(5)]

    seen: list[Any] = []
    after = None
    while True:
        page = rows.do(lambda each, after=after: each.list(after=after, limit=3))
        seen += [row.id for row in page.items]
        after = page.next_after
        if after is None:
            break

    mine = [id for id in seen if id in made]
    assert mine == (made[::-1] if rows.room.sync.descending else made)
    assert len(seen) == len(set(seen)) == rows.do(lambda each: each.count())


@pytest.mark.parametrize("room", [*ROOMS, HISTORY], ids=lambda room: room.name)
def test_every_shape_of_a_repository_has_the_verbs_of_its_protocol(room: Room) -> None:
    plain, awaited = room.protocols
    shapes = [(plain, room.sync), (awaited, room.asynchronous), (plain, room.memory)]

    missing = [
        f"{shape.__name__}.{name}"
        for protocol, shape in shapes
        for name in verbs(protocol)
        if names_of(getattr(protocol, name)) != names_of(getattr(shape, name, None))
    ]

    assert missing == []
    assert verbs(plain) == verbs(awaited)


def verbs(protocol: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(protocol, inspect.isfunction) if not name.startswith("_")}


def names_of(verb: Any) -> list[str]:
    """Return the names a caller may use: those of keywords, and how many come by place."""
    if verb is None:
        return ["no such verb"]
    parameters = inspect.signature(verb).parameters.values()
    keywords = sorted(each.name for each in parameters if each.kind is each.KEYWORD_ONLY)
    return [*keywords, str(sum(each.kind is each.POSITIONAL_OR_KEYWORD for each in parameters))]
