"""The worker's part in recurring work: now and then, the one worker that acts for all does what is due."""

import asyncio
import logging
from collections.abc import Callable

import sqlalchemy as sa

from app.config import Settings
from app.core.ballast import tend
from app.core.chores import Housekeeper, do_due
from app.core.db import engine_options, install_hooks

LOOK_EVERY_S = 60.0

log = logging.getLogger(__name__)


def housekeeper(settings: Settings) -> Housekeeper[Settings]:
    """Return a housekeeper with an engine of its own; close it by `engine.dispose()`."""
    url, recycle_s, echo = settings.database_url, settings.pool_recycle_s, settings.echo
    engine = sa.create_engine(url, **engine_options(url, pool_size=1, max_overflow=1, recycle_s=recycle_s, echo=echo))
    install_hooks(engine)
    return Housekeeper(settings, engine)


async def keep_house(settings: Settings, acts_for_all: Callable[[], bool]) -> None:
    """Every minute look to the ballast, and do what is due where this worker acts for all; until cancelled."""
    keeper = housekeeper(settings)
    try:
        while True:
            # Before anything that writes to the database: on a full disk nothing could.
            await asyncio.to_thread(tend, settings.instance, settings.ballast_bytes, settings.reserve_bytes)
            await asyncio.sleep(LOOK_EVERY_S)
            if acts_for_all():
                await _look(keeper)
    finally:
        keeper.engine.dispose()


async def _look(keeper: Housekeeper[Settings]) -> None:
    try:
        await asyncio.to_thread(do_due, keeper)
    except Exception:
        # A database that does not answer now may answer at the next look.
        log.exception("recurring work went wrong; the next look is in %s s", LOOK_EVERY_S)
