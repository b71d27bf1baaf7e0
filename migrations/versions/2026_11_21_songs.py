"""Lay songs.

Revision: 2026_11_21_songs, after 2026_11_21_project_trash
"""

import sqlalchemy as sa
from alembic import op

from app.core.columns import LongText, UtcDateTime

revision = "2026_11_21_songs"
down_revision = "2026_11_21_project_trash"
branch_labels = None
depends_on = None

SOURCES = ("upload", "local", "youtube")


def upgrade() -> None:
    """Lay the songs."""
    op.create_table(
        "songs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("artist", sa.String(length=255), nullable=False),
        sa.Column("name_key", sa.String(length=512), nullable=False),
        sa.Column("album", sa.String(length=255), nullable=True),
        sa.Column("genre", sa.String(length=80), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column(
            "source",
            sa.Enum(*SOURCES, name="source", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("youtube_id", sa.String(length=32), nullable=True),
        sa.Column("lyrics", LongText, nullable=True),
        sa.Column("synced_lyrics", LongText, nullable=True),
        sa.Column("date_added", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_songs_title")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_songs_created_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_songs_media_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_songs_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_songs")),
        sa.UniqueConstraint("media_id", name=op.f("uq_songs_media_id")),
        sa.UniqueConstraint("project_id", "youtube_id", name=op.f("uq_songs_project_id_youtube_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_songs_public_id")),
    )
    with op.batch_alter_table("songs", schema=None) as batch_op:
        batch_op.create_index("ix_songs_artist", ["artist"], unique=False)
        batch_op.create_index("ix_songs_created_by", ["created_by"], unique=False)
        batch_op.create_index(
            "ix_songs_project_id_date_added_id", ["project_id", "deleted_at", "date_added", "id"], unique=False
        )
        batch_op.create_index(
            "ix_songs_project_id_name_key_id", ["project_id", "deleted_at", "name_key", "id"], unique=False
        )


def downgrade() -> None:
    """Take it back; a table takes its indexes along."""
    op.drop_table("songs")
