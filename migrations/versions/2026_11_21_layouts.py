"""Lay layouts: how screen and camera share a recording's picture.

Revision: 2026_11_21_layouts, after 2026_11_21_songs
"""

import sqlalchemy as sa
from alembic import op

from app.core.columns import UtcDateTime

revision = "2026_11_21_layouts"
down_revision = "2026_11_21_songs"
branch_labels = None
depends_on = None

KINDS = ("side_by_side", "picture_in_picture", "screen_only", "camera_only", "unknown")


def upgrade() -> None:
    """Lay the table."""
    layout_type = sa.Enum(*KINDS, name="layout_type", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "layout_analysis",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("layout_type", layout_type, nullable=False),
        sa.Column("screen_region", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("camera_region", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("split_ratio", sa.Double(), nullable=True),
        sa.Column("confidence_score", sa.Double(), nullable=False),
        sa.Column("sample_frame_ms", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("confidence_score BETWEEN 0 AND 1", name=op.f("ck_layout_analysis_score")),
        sa.CheckConstraint("split_ratio BETWEEN 0 AND 1", name=op.f("ck_layout_analysis_ratio")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_layout_analysis_job_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_layout_analysis_media_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_layout_analysis_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_layout_analysis_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layout_analysis")),
        sa.UniqueConstraint("media_id", name=op.f("uq_layout_analysis_media_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_layout_analysis_public_id")),
    )
    with op.batch_alter_table("layout_analysis", schema=None) as batch_op:
        batch_op.create_index("ix_layout_analysis_job_id", ["job_id"], unique=False)
        batch_op.create_index("ix_layout_analysis_project_id", ["project_id"], unique=False)
        batch_op.create_index("ix_layout_analysis_updated_by", ["updated_by"], unique=False)


def downgrade() -> None:
    """Take it back; a table takes its indexes along."""
    op.drop_table("layout_analysis")
