"""Lay topics, and let clips say which topic they were suggested from.

Revision: 2026_11_21_topics, after 2026_11_21_pending
"""

import sqlalchemy as sa
from alembic import op

from app.core.columns import UtcDateTime

revision = "2026_11_21_topics"
down_revision = "2026_11_21_pending"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lay the topics and what clips say of them."""
    op.create_table(
        "content_segments",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("importance_score", sa.Double(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("concepts", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("refused_at", UtcDateTime(), nullable=True),
        sa.Column("updated_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("end_ms > start_ms", name=op.f("ck_content_segments_order")),
        sa.CheckConstraint("importance_score BETWEEN 0 AND 1", name=op.f("ck_content_segments_score")),
        sa.CheckConstraint("start_ms >= 0", name=op.f("ck_content_segments_start_ms")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_content_segments_job_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_content_segments_media_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_content_segments_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_content_segments_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_segments")),
        sa.UniqueConstraint("media_id", "job_id", "seq", name=op.f("uq_content_segments_media_id_job_id_seq")),
        sa.UniqueConstraint("public_id", name=op.f("uq_content_segments_public_id")),
    )
    with op.batch_alter_table("content_segments", schema=None) as batch_op:
        batch_op.create_index("ix_content_segments_job_id", ["job_id"], unique=False)
        batch_op.create_index(
            "ix_content_segments_media_id_importance_score", ["media_id", "importance_score"], unique=False
        )
        batch_op.create_index("ix_content_segments_media_id_start_ms", ["media_id", "start_ms"], unique=False)
        batch_op.create_index("ix_content_segments_project_id", ["project_id"], unique=False)
        batch_op.create_index("ix_content_segments_updated_by", ["updated_by"], unique=False)

    with op.batch_alter_table("clips", schema=None) as batch_op:
        batch_op.add_column(sa.Column("content_segment_id", sa.Integer(), nullable=True))
        batch_op.create_index("ix_clips_content_segment_id", ["content_segment_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_clips_content_segment_id"),
            "content_segments",
            ["content_segment_id"],
            ["id"],
            ondelete="SET NULL",
        )


def downgrade() -> None:
    """Take it back; a table takes its indexes along."""
    with op.batch_alter_table("clips", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_clips_content_segment_id"), type_="foreignkey")
        batch_op.drop_index("ix_clips_content_segment_id")
        batch_op.drop_column("content_segment_id")

    op.drop_table("content_segments")
