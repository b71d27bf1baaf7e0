"""`flask users`: make and look after accounts from the command line."""

import secrets
from dataclasses import replace

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from app.audit.models import AuditAction
from app.audit.service import AuditService
from app.auth.models import Role, User
from app.auth.passwords import hash_password
from app.auth.repository import UserRepository
from app.auth.second_factor import second_factor_service
from app.auth.service import NewPerson, auth_service
from app.core.choices import ADMINS, EVERYBODY, NOBODY, choices, choose, version_of
from app.core.db import session_scope
from app.core.errors import DomainError
from app.core.texts import plural


@click.group()
def users() -> None:
    """Make, list and look after accounts."""


@users.command("create")
@click.argument("username")
@click.option("--name", "display_name", help="The name others see; the user name where left out.")
@click.option("--admin", is_flag=True, help="May manage projects, members and users.")
@click.password_option()
@with_appcontext
def create(username: str, display_name: str | None, admin: bool, password: str) -> None:
    """Make an account."""
    person = NewPerson(username=username, display_name=display_name or username, password=password)
    try:
        with session_scope() as session:
            auth_service(session).create_user(person, Role.ADMIN if admin else Role.MEMBER)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Made the account {username}.")


@users.command("list")
@with_appcontext
def show() -> None:
    """List accounts."""
    with session_scope() as session:
        for user in session.scalars(sa.select(User).order_by(User.username_normalized)):
            state = "" if user.is_active else "  disabled"
            click.echo(f"{user.username:<24} {user.role.value:<8} {user.display_name}{state}")


@users.command("reset-password")
@click.argument("username")
@with_appcontext
def reset_password(username: str) -> None:
    """Give an account a new random password and print it once; its sessions end."""
    password = secrets.token_urlsafe(15)
    with session_scope() as session:
        user = _require(UserRepository(session), username)
        user.password_hash = hash_password(password)
        auth_service(session).end_sessions(user)
    click.echo(password)


@users.command("remove-second-factor")
@click.argument("username")
@with_appcontext
def remove_second_factor(username: str) -> None:
    """Let somebody sign in by password alone whose app and recovery codes are lost."""
    with session_scope() as session:
        second_factor_service(session).remove(_require(UserRepository(session), username))
    click.echo(f"{username} signs in by password alone now.")


@users.command("ask-second-step")
@click.argument("who", type=click.Choice([NOBODY, ADMINS, EVERYBODY]))
@with_appcontext
def ask_second_step(who: str) -> None:
    """Say of whom signing in asks a second step, as Admin › Settings does."""
    with session_scope() as session:
        changed = choose(session, replace(choices(session), second_step=who), version_of(session))
        if changed:
            about = ("settings:update", "settings", None, None)
            AuditService(session).note(AuditAction.UPDATE, *about, changes=changed)
    click.echo(f"A second step is asked of {who}.")


@users.command("seal-anew")
@with_appcontext
def seal_anew() -> None:
    """Seal the secrets of second steps with the present SECRET_KEY; needs the earlier one in SECRET_KEY_FALLBACKS."""
    with session_scope() as session:
        seals = second_factor_service(session).seal_anew()
    click.echo(f"{plural(seals.present, 'secret', 'secrets')} sealed with the present key.")
    if seals.lost:
        raise click.ClickException(
            f"{plural(seals.lost, 'secret', 'secrets')} that no key opens. Name the earlier key in "
            "SECRET_KEY_FALLBACKS, or let these people sign in with a recovery code and set their second step up anew."
        )


@users.command("disable")
@click.argument("username")
@with_appcontext
def disable(username: str) -> None:
    """Shut an account out at once; nothing it made is touched."""
    with session_scope() as session:
        user = _require(UserRepository(session), username)
        user.is_active = False
        auth_service(session).end_sessions(user)
    click.echo(f"{username} can no longer sign in.")


def _require(repository: UserRepository, username: str) -> User:
    user = repository.get_by_username(username)
    if user is None:
        raise click.ClickException(f"There is no account {username}.")
    return user
