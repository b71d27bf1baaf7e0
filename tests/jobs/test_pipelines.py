"""What the pipelines promise is known to the worker and has words."""

import importlib

from app.jobs.registry import find_stage
from app.pipelines import HEAVY, KIND_WORDS, PIPELINES, STAGE_WORDS
from app.worker import TASK_MODULES

STAGES = {name for stages in PIPELINES.values() for name in stages}


def test_the_worker_knows_every_stage() -> None:
    for name in TASK_MODULES:
        importlib.import_module(name)

    assert {name for name in STAGES if find_stage(name) is None} == set()


def test_every_stage_and_kind_has_words() -> None:
    assert set(STAGE_WORDS) == STAGES
    assert set(PIPELINES) == set(KIND_WORDS)


def test_the_heavy_stages_are_stages() -> None:
    assert HEAVY <= STAGES
