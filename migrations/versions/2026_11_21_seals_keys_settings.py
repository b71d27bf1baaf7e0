"""Seal the audit log, mark what was sent, and remember what the installation knows of itself.

Revision: 2026_11_21_seals, after 2026_11_21_words
"""

import sqlalchemy as sa
from alembic import op

from app.core.columns import UtcDateTime

revision = "2026_11_21_seals"
down_revision = "2026_11_21_words"
branch_labels = None
depends_on = None

SEALED = "the seals of the audit log are append-only"
SQLITE_UP = (
    f"CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals BEGIN SELECT RAISE(ABORT, '{SEALED}'); END",
    f"CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals BEGIN SELECT RAISE(ABORT, '{SEALED}'); END",
)
POSTGRESQL_UP = (
    "CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only()",
)
MYSQL_UP = (
    "CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals FOR EACH ROW"
    f" SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{SEALED}'",
    "CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals FOR EACH ROW"
    f" SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{SEALED}'",
)
UP = {"sqlite": SQLITE_UP, "postgresql": POSTGRESQL_UP, "mysql": MYSQL_UP, "mariadb": MYSQL_UP}
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the three tables; seals get the triggers the log itself has."""
    op.create_table(
        "audit_seals",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("last_id", name=op.f("uq_audit_seals_last_id")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_audit_seals_previous_hash")),
    )
    op.create_table(
        "settings",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("updated_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_settings")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_idempotency_keys_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_idempotency_keys_user_id_key")),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False)
    connection = op.get_bind()
    for statement in UP[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """Take the tables back; their triggers go with them."""
    op.drop_table("idempotency_keys")
    op.drop_table("settings")
    op.drop_table("audit_seals")
