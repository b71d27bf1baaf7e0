"""The day's backup: made once by one worker at its hour, proved, remembered, and let go in time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.backups import tasks
from app.backups.daily import AGAIN_AFTER, KEPT_WEEKS, file_for, is_due, last_backup, make_daily, no_longer_kept
from app.backups.digest import sidecar
from app.backups.service import check
from app.config import Settings
from app.core import chores
from app.core.chores import FAILED_WORDS, Housekeeper, do_due, last_done
from app.core.db import db

MOMENT = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def daily(settings: Settings, tmp_path: Path) -> Settings:
    """Return settings that keep backups in a folder of the test's own."""
    return replace(settings, backup_folder=tmp_path / "backups", backup_hour=3, backup_keep_days=14)


@pytest.fixture
def keeper(daily: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Housekeeper[Settings]]:
    """Return a worker's housekeeper that knows this one chore."""
    only = next(chore for chore in chores.known() if chore.run is tasks.back_up)
    monkeypatch.setattr(chores, "_chores", {only.name: only})
    monkeypatch.setattr(tasks, "now", lambda: MOMENT)
    return iter([Housekeeper(daily, db.engine)])


@pytest.mark.parametrize(
    ("last", "moment", "due"),
    [
        (None, MOMENT, True),
        (MOMENT - DAY, MOMENT, True),
        (MOMENT - DAY, MOMENT.replace(hour=2), False),
        (MOMENT - DAY, MOMENT.replace(hour=14), True),
        (MOMENT, MOMENT + timedelta(minutes=30), False),
    ],
    ids=["never yet", "its hour", "too early", "nobody was there at its hour", "just tried"],
)
def test_when_it_is_due(daily: Settings, last: datetime | None, moment: datetime, due: bool) -> None:
    daily.backups.mkdir()
    for day in (MOMENT - DAY, MOMENT) if last == MOMENT else (MOMENT - DAY,):
        file_for(day, daily).write_text("made")

    assert is_due(last, moment, daily) is due


def test_a_try_that_left_no_file_is_made_again_after_an_hour(daily: Settings) -> None:
    assert is_due(MOMENT, MOMENT + AGAIN_AFTER, daily)

    make_daily(daily, MOMENT)

    assert not is_due(MOMENT, MOMENT + AGAIN_AFTER, daily)


def test_switched_off_it_is_never_due(daily: Settings) -> None:
    assert not is_due(None, MOMENT, replace(daily, backup_hour=None))


def test_of_several_workers_one_makes_it_and_what_came_of_it_is_remembered(keeper: Iterator[Housekeeper[Settings]]):
    worker = next(keeper)

    done = [do_due(worker, MOMENT) for _ in range(3)]

    with worker.reading() as session:
        last, chore = last_backup(session), last_done(session, "back up the database")
    assert done == [["back up the database"], [], []]
    assert last is not None and last.well and "opened and sound" in last.words
    assert chore is not None and chore.words == last.words
    assert Path(last.file) == file_for(MOMENT.replace(minute=0), worker.settings)
    assert check(worker.settings.database_url, Path(last.file)).rows["users"] == 5


def test_a_failure_is_remembered_with_its_reason(keeper: Iterator[Housekeeper[Settings]], tmp_path: Path) -> None:
    worker = next(keeper)
    (tmp_path / "backups").write_text("a file where the folder should be")

    do_due(worker, MOMENT)

    with worker.reading() as session:
        last, chore = last_backup(session), last_done(session, "back up the database")
    assert last is not None and not last.well and "File exists" in last.words
    assert chore is not None and chore.words == FAILED_WORDS


def test_a_copy_that_is_not_sound_is_said_to_be_so(daily: Settings) -> None:
    made = make_daily(daily, MOMENT)
    with Path(made.file).open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff")

    again = make_daily(daily, MOMENT)

    assert made.well and not again.well
    assert "is damaged" in again.words


def test_the_days_and_the_first_of_each_week_are_kept(tmp_path: Path) -> None:
    files = [tmp_path / f"{MOMENT - number * DAY:daily-%Y%m%d}.db" for number in range(120)]

    gone = set(no_longer_kept(files, MOMENT, 14))
    kept = sorted(set(files) - gone)

    assert set(files[:15]) <= set(kept)
    weekly = [path for path in kept if path not in files[:15]]
    assert len(weekly) == KEPT_WEEKS - 2
    assert all(datetime.strptime(path.stem, "daily-%Y%m%d").weekday() == 0 for path in weekly)


def test_the_newest_stays_however_old_it_is(tmp_path: Path) -> None:
    files = [tmp_path / f"daily-2020010{number}.db" for number in (1, 2)]

    assert files[1] not in no_longer_kept(files, MOMENT, 14)


def test_old_backups_go_with_their_digests_and_other_files_stay(daily: Settings) -> None:
    daily.backups.mkdir()
    old = daily.backups / "daily-20200102.db"
    first = daily.backups / "daily-20200101.db"
    other = daily.backups / "before-upgrade-20200101-000000.db"
    for path in (old, first, sidecar(old), other):
        path.write_text("x")

    make_daily(daily, MOMENT)

    # The first of a week is kept as the week's.
    assert not old.exists() and not sidecar(old).exists()
    assert first.exists() and other.exists()
