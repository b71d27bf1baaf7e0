"""Lay transcripts, their lines, and speakers.

Revision: 2026_11_21_transcripts, after 2026_11_21_seals
"""

import sqlalchemy as sa
from alembic import op

from app.core.columns import UtcDateTime

revision = "2026_11_21_transcripts"
down_revision = "2026_11_21_seals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lay the tables."""
    op.create_table(
        "speakers",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("color", sa.Integer(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("color BETWEEN 1 AND 6", name=op.f("ck_speakers_color")),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_speakers_media_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_speakers_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speakers")),
        sa.UniqueConstraint("media_id", "label", name=op.f("uq_speakers_media_id_label")),
        sa.UniqueConstraint("public_id", name=op.f("uq_speakers_public_id")),
    )
    with op.batch_alter_table("speakers", schema=None) as batch_op:
        batch_op.create_index("ix_speakers_project_id", ["project_id"], unique=False)

    op.create_table(
        "transcript_chunks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("work_key", sa.String(length=64), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("segments_json", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_transcript_chunks_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcript_chunks")),
        sa.UniqueConstraint(
            "media_id", "work_key", "start_ms", name=op.f("uq_transcript_chunks_media_id_work_key_start_ms")
        ),
    )
    op.create_table(
        "transcripts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column(
            "source",
            sa.Enum("speech", "import", name="source", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("engine", sa.String(length=80), nullable=True),
        sa.Column(
            "status",
            sa.Enum("ready", "silent", name="status", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("word_count >= 0", name=op.f("ck_transcripts_word_count")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_transcripts_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_transcripts_media_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_transcripts_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcripts")),
        sa.UniqueConstraint("media_id", "language", "source", name=op.f("uq_transcripts_media_id_language_source")),
        sa.UniqueConstraint("public_id", name=op.f("uq_transcripts_public_id")),
    )
    with op.batch_alter_table("transcripts", schema=None) as batch_op:
        batch_op.create_index("ix_transcripts_created_by", ["created_by"], unique=False)
        batch_op.create_index("ix_transcripts_project_id", ["project_id"], unique=False)

    op.create_table(
        "transcript_segments",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("words_json", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_transcript_segments_confidence")),
        sa.CheckConstraint("end_ms > start_ms", name=op.f("ck_transcript_segments_order")),
        sa.CheckConstraint("start_ms >= 0", name=op.f("ck_transcript_segments_start_ms")),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_transcript_segments_media_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_transcript_segments_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_transcript_segments_speaker_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcripts.id"], name=op.f("fk_transcript_segments_transcript_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_transcript_segments_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcript_segments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_transcript_segments_public_id")),
        sa.UniqueConstraint("transcript_id", "seq", name=op.f("uq_transcript_segments_transcript_id_seq")),
    )
    with op.batch_alter_table("transcript_segments", schema=None) as batch_op:
        batch_op.create_index("ix_transcript_segments_media_id", ["media_id"], unique=False)
        batch_op.create_index("ix_transcript_segments_project_id", ["project_id"], unique=False)
        batch_op.create_index("ix_transcript_segments_speaker_id", ["speaker_id"], unique=False)
        batch_op.create_index(
            "ix_transcript_segments_transcript_id_start_ms", ["transcript_id", "start_ms"], unique=False
        )
        batch_op.create_index("ix_transcript_segments_updated_by", ["updated_by"], unique=False)

    op.create_table(
        "segment_revisions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("old_text", sa.Text(), nullable=False),
        sa.Column("old_start_ms", sa.Integer(), nullable=False),
        sa.Column("old_end_ms", sa.Integer(), nullable=False),
        sa.Column("old_words_json", sa.JSON(), nullable=False),
        sa.Column("old_speaker_id", sa.Integer(), nullable=True),
        sa.Column("edited_by", sa.Integer(), nullable=True),
        sa.Column("edited_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["users.id"], name=op.f("fk_segment_revisions_edited_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["transcript_segments.id"], name=op.f("fk_segment_revisions_segment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_revisions")),
        sa.UniqueConstraint("segment_id", "version", name=op.f("uq_segment_revisions_segment_id_version")),
    )
    with op.batch_alter_table("segment_revisions", schema=None) as batch_op:
        batch_op.create_index("ix_segment_revisions_edited_by", ["edited_by"], unique=False)


def downgrade() -> None:
    """Take them back; a table takes its indexes along."""
    op.drop_table("segment_revisions")
    op.drop_table("transcript_segments")
    op.drop_table("transcripts")
    op.drop_table("transcript_chunks")
    op.drop_table("speakers")
