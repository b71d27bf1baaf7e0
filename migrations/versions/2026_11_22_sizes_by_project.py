"""Add up how much each project holds from an index, not from every recording's row."""

from alembic import op

revision = "2026_11_22_sizes_by_project"
down_revision = "2026_11_22_sealed_factors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_media_project_id_file_size", "media", ["project_id", "file_size"])


def downgrade() -> None:
    op.drop_index("ix_media_project_id_file_size", "media")
