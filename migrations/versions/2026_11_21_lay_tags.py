"""Give projects tags for their recordings and clips.

Revision: 2026_11_21_tags, after 2026_11_21_people
"""

import sqlalchemy as sa
from alembic import op

from app.core.columns import UtcDateTime

revision = "2026_11_21_tags"
down_revision = "2026_11_21_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tags and what says which rows carry them."""
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("normalized_name", sa.String(length=64), nullable=False),
        sa.Column("color", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("color BETWEEN 1 AND 6", name=op.f("ck_tags_color")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_tags_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("project_id", "normalized_name", name=op.f("uq_tags_project_id_normalized_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tags_public_id")),
    )
    op.create_table(
        "media_tags",
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name=op.f("fk_media_tags_added_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_media_tags_media_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_media_tags_tag_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("media_id", "tag_id", name=op.f("pk_media_tags")),
    )
    with op.batch_alter_table("media_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_media_tags_added_by"), ["added_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_media_tags_tag_id"), ["tag_id"], unique=False)

    op.create_table(
        "clip_tags",
        sa.Column("clip_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name=op.f("fk_clip_tags_added_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_clip_tags_clip_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_clip_tags_tag_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("clip_id", "tag_id", name=op.f("pk_clip_tags")),
    )
    with op.batch_alter_table("clip_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clip_tags_added_by"), ["added_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_clip_tags_tag_id"), ["tag_id"], unique=False)


def downgrade() -> None:
    """Take it back; a table takes its indexes along."""
    op.drop_table("clip_tags")
    op.drop_table("media_tags")
    op.drop_table("tags")
