"""Let lists be read in the order of their index on PostgreSQL too.

There `IS NULL` does not fix a column as `=` does: with deleted_at in the middle of the index, every page sorted all
rows of its project.
"""

from alembic import op

revision = "2026_11_21_lists_in_order"
down_revision = "2026_11_21_layouts"
branch_labels = None
depends_on = None

# Table, index, its columns without deleted_at; the first is also a foreign key.
INDEXES = (
    ("media", "ix_media_project_id_created_at_id", ["project_id", "created_at", "id"]),
    ("clips", "ix_clips_media_id_in_point_out_point", ["media_id", "in_point", "out_point"]),
    ("clips", "ix_clips_project_id_clip_order", ["project_id", "clip_order", "id"]),
    ("songs", "ix_songs_project_id_date_added_id", ["project_id", "date_added", "id"]),
    ("songs", "ix_songs_project_id_name_key_id", ["project_id", "name_key", "id"]),
)


def upgrade() -> None:
    for table, name, columns in INDEXES:
        _rebuild(table, name, columns)


def downgrade() -> None:
    for table, name, columns in reversed(INDEXES):
        _rebuild(table, name, [columns[0], "deleted_at", *columns[1:]])


def _rebuild(table: str, name: str, columns: list[str]) -> None:
    # MariaDB keeps an index a foreign key rests on, unless there is another one meanwhile.
    op.create_index(f"{name}_meanwhile", table, columns[:1])
    op.drop_index(name, table)
    op.create_index(name, table, columns)
    op.drop_index(f"{name}_meanwhile", table)
