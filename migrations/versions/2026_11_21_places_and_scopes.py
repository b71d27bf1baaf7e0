"""Sort documents by their place and narrow them by their scope, inside the full-text tables.

Revision: 2026_11_21_places
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_places"
down_revision = "2026_11_21_transcripts"
branch_labels = None
depends_on = None

KINDS = {"media": 1, "clip": 2, "line": 3, "scene": 4, "topic": 5, "song": 6, "tag": 7}
CODE = "CASE entity_type " + " ".join(f"WHEN '{kind}' THEN {code}" for kind, code in KINDS.items()) + " ELSE 0 END"
SCOPE = {
    "mysql": "CONCAT('p', project_id, 'k', entity_type)",
    "mariadb": "CONCAT('p', project_id, 'k', entity_type)",
}
TRIGGERS = ("search_documents_changed", "search_documents_removed", "search_documents_added")
TABLES = ("search_names", "search_fts")
TRIGRAMS = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"


def upgrade() -> None:
    """Give every document its place and scope, and make the full-text tables anew over them."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _drop_full_text()
    op.add_column("search_documents", sa.Column("place", sa.BigInteger(), nullable=True))
    op.add_column("search_documents", sa.Column("scope", sa.String(length=64), nullable=True))
    scope = SCOPE.get(connection.dialect.name, "'p' || project_id || 'k' || entity_type")
    connection.exec_driver_sql(f"UPDATE search_documents SET place = entity_id * 16 + {CODE}, scope = {scope}")
    with op.batch_alter_table("search_documents", schema=None) as batch_op:
        batch_op.alter_column("place", existing_type=sa.BigInteger(), nullable=False)
        batch_op.alter_column("scope", existing_type=sa.String(length=64), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_search_documents_place"), ["place"])
        batch_op.create_index("ix_search_documents_scope_place", ["scope", "place"], unique=False)
    if connection.dialect.name == "sqlite":
        _make_full_text("place", "scope, ")
    elif connection.dialect.name == "postgresql" and connection.exec_driver_sql(TRIGRAMS).scalar():
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        names = "ON search_documents USING gin (title gin_trgm_ops)"
        connection.exec_driver_sql(f"CREATE INDEX ix_search_documents_names {names}")


def downgrade() -> None:
    """Go back to full-text tables over the documents' own ids."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _drop_full_text()
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP INDEX IF EXISTS ix_search_documents_names")
    with op.batch_alter_table("search_documents", schema=None) as batch_op:
        batch_op.drop_index("ix_search_documents_scope_place")
        batch_op.drop_constraint(batch_op.f("uq_search_documents_place"), type_="unique")
        batch_op.drop_column("scope")
        batch_op.drop_column("place")
    if connection.dialect.name == "sqlite":
        _make_full_text("id", "")


def _drop_full_text() -> None:
    for trigger in TRIGGERS:
        op.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    for table in TABLES:
        op.execute(f"DROP TABLE IF EXISTS {table}")


def _make_full_text(rowid: str, scope: str) -> None:
    """Make both tables over `rowid`, fill them, and keep them in step; `scope` is a column to put first, or nothing."""
    columns = f"{scope}title, body, tags"
    new, old = (", ".join(f"{side}.{name}" for name in columns.split(", ")) for side in ("new", "old"))
    add = (
        f" INSERT INTO search_fts(rowid, {columns}) VALUES (new.{rowid}, {new});"
        f" INSERT INTO search_names(rowid, title) VALUES (new.{rowid}, new.title);"
    )
    remove = (
        f" INSERT INTO search_fts(search_fts, rowid, {columns}) VALUES ('delete', old.{rowid}, {old});"
        f" INSERT INTO search_names(search_names, rowid, title) VALUES ('delete', old.{rowid}, old.title);"
    )
    content = f"content='search_documents', content_rowid='{rowid}'"
    for statement in (
        f"CREATE VIRTUAL TABLE search_fts USING fts5({columns}, {content}, tokenize='unicode61', prefix='2 3')",
        f"CREATE VIRTUAL TABLE search_names USING fts5(title, {content}, tokenize='trigram')",
        f"CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN{add} END",
        f"CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN{remove} END",
        f"CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN{remove}{add} END",
        "INSERT INTO search_fts(search_fts) VALUES ('rebuild')",
        "INSERT INTO search_names(search_names) VALUES ('rebuild')",
    ):
        op.get_bind().exec_driver_sql(statement)
