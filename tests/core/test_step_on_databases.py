"""Whether somebody owes a second step is read with their session or token, on all three databases."""

from dataclasses import replace
from pathlib import Path

import flask_migrate
from sqlalchemy.orm import Session

from app.auth.models import TokenScope, TotpCredential, User
from app.auth.service import Browser, auth_service
from app.auth.tokens import token_service
from app.core.choices import ADMINS, EVERYBODY, choices, choose, version_of
from app.core.clock import now
from app.core.db import reading, transaction
from app.core.vault import vault_of
from tests.core.databases import app_on
from tests.factories import make_user


def owes(session: Session, key: str, token: str) -> tuple[bool, bool]:
    visit, bearer = auth_service(session).person_of(key), token_service(session).bearer(token)
    assert visit is not None and bearer is not None
    return visit.owes_step, bearer.owes_step


def test_who_owes_a_second_step_is_the_same_everywhere(empty_url: str, tmp_path: Path) -> None:
    seen = []
    with app_on(empty_url, tmp_path):
        flask_migrate.upgrade()
        kari: User = make_user("kari")
        with transaction() as session:
            key = auth_service(session).open_session(kari, Browser("127.0.0.1", "tests"))
            token = token_service(session).create(kari, "Script", TokenScope.READ, None)
        for asked in (None, ADMINS, EVERYBODY):
            with transaction() as session:
                if asked:
                    choose(session, replace(choices(session), second_step=asked), version_of(session))
            with reading() as session:
                seen.append(owes(session, key, token))
        with transaction() as session:
            sealed = vault_of(session).seal("JBSWY3DPEHPK3PXP", f"totp:{kari.id}")
            session.add(TotpCredential(user_id=kari.id, sealed=sealed, confirmed_at=now()))
        with reading() as session:
            seen.append(owes(session, key, token))

    assert seen == [(False, False), (False, False), (True, True), (False, False)]
