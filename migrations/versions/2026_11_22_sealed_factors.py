"""Seal the secrets of second steps: a copy of the database makes nobody's codes.

The way down opens them again; one that no key of ours opens is of no use to anybody and goes.
"""

import sqlalchemy as sa
from alembic import op

from app.core.db import db
from app.core.vault import vault_for

revision = "2026_11_22_sealed_factors"
down_revision = "2026_11_21_history_of_media"
branch_labels = None
depends_on = None

rows = sa.table("totp_credentials", sa.column("user_id"), sa.column("secret"), sa.column("sealed"))


def upgrade() -> None:
    _zero_what_is_freed()
    with op.batch_alter_table("totp_credentials") as batch:
        batch.add_column(sa.Column("sealed", sa.String(255), nullable=True))
    connection, vault = op.get_bind(), vault_for(db.engine)
    for user_id, secret in connection.execute(sa.select(rows.c.user_id, rows.c.secret)).all():
        sealed = vault.seal(secret, f"totp:{user_id}")
        connection.execute(sa.update(rows).where(rows.c.user_id == user_id).values(sealed=sealed))
    with op.batch_alter_table("totp_credentials") as batch:
        batch.alter_column("sealed", existing_type=sa.String(255), nullable=False)
        batch.drop_column("secret")


def downgrade() -> None:
    with op.batch_alter_table("totp_credentials") as batch:
        batch.add_column(sa.Column("secret", sa.String(64), nullable=True))
    connection, vault = op.get_bind(), vault_for(db.engine)
    for user_id, sealed in connection.execute(sa.select(rows.c.user_id, rows.c.sealed)).all():
        secret = vault.open(sealed, f"totp:{user_id}")
        if secret is None:
            connection.execute(sa.delete(rows).where(rows.c.user_id == user_id))
        else:
            connection.execute(sa.update(rows).where(rows.c.user_id == user_id).values(secret=secret))
    with op.batch_alter_table("totp_credentials") as batch:
        batch.alter_column("secret", existing_type=sa.String(64), nullable=False)
        batch.drop_column("sealed")


def _zero_what_is_freed() -> None:
    # SQLite leaves what was there in pages it gives free; nobody should read secrets out of those.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA secure_delete = ON")
