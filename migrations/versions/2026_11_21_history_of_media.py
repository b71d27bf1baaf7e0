"""Find what happened to one recording without reading the whole log of its project."""

from alembic import op

revision = "2026_11_21_history_of_media"
down_revision = "2026_11_21_lists_in_order"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_log_media", "audit_log", ["project_id", "media_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_log_media", "audit_log")
