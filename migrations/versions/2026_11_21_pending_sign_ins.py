"""Remember who still has to give their second factor.

Revision: 2026_11_21_pending, after 2026_11_21_tags
"""

import sqlalchemy as sa
from alembic import op

from app.core.columns import UtcDateTime

revision = "2026_11_21_pending"
down_revision = "2026_11_21_tags"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of sign-ins that wait for their second step."""
    op.create_table(
        "pending_sign_ins",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_pending_sign_ins_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_pending_sign_ins_token_hash")),
    )
    with op.batch_alter_table("pending_sign_ins", schema=None) as batch_op:
        batch_op.create_index("ix_pending_sign_ins_expires_at", ["expires_at"], unique=False)
        batch_op.create_index("ix_pending_sign_ins_user_id", ["user_id"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("pending_sign_ins")
