"""What stands over the documents on each database; the migrations make it, and a rebuild makes good what is gone."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_ADD = (
    " INSERT INTO search_fts(rowid, scope, title, body, tags)"
    " VALUES (new.place, new.scope, new.title, new.body, new.tags);"
    " INSERT INTO search_names(rowid, title) VALUES (new.place, new.title);"
)
_REMOVE = (
    " INSERT INTO search_fts(search_fts, rowid, scope, title, body, tags)"
    " VALUES ('delete', old.place, old.scope, old.title, old.body, old.tags);"
    " INSERT INTO search_names(search_names, rowid, title) VALUES ('delete', old.place, old.title);"
)
SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_fts USING fts5(scope, title, body, tags,"
    " content='search_documents', content_rowid='place', tokenize='unicode61', prefix='2 3')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_names USING fts5(title, content='search_documents',"
    " content_rowid='place', tokenize='trigram')",
    "CREATE TRIGGER IF NOT EXISTS search_documents_added AFTER INSERT ON search_documents BEGIN" + _ADD + " END",
    "CREATE TRIGGER IF NOT EXISTS search_documents_removed AFTER DELETE ON search_documents BEGIN" + _REMOVE + " END",
    "CREATE TRIGGER IF NOT EXISTS search_documents_changed AFTER UPDATE ON search_documents BEGIN"
    + _REMOVE
    + _ADD
    + " END",
    # Whatever the two held before is thrown away and read anew from the documents.
    "INSERT INTO search_fts(search_fts) VALUES ('rebuild')",
    "INSERT INTO search_names(search_names) VALUES ('rebuild')",
)
POSTGRESQL = ("CREATE INDEX IF NOT EXISTS ix_search_documents_words ON search_documents USING gin (words)",)
MYSQL = ("CREATE FULLTEXT INDEX IF NOT EXISTS ft_search_documents ON search_documents (title, body, tags)",)
# The full-text tables every SQLite database of ours has.
SQLITE_NAMES = ("search_fts", "search_names")


def ensure(connection: Connection) -> None:
    """Make whatever of the full-text index is missing, and on SQLite read it anew from the documents."""
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}.get(connection.dialect.name, MYSQL)
    for statement in statements:
        connection.exec_driver_sql(statement)


def missing(connection: Connection) -> list[str]:
    """Return the names of the full-text tables or indexes that are not there."""
    inspector = sa.inspect(connection)
    if connection.dialect.name == "sqlite":
        there = set(inspector.get_table_names())
        return [name for name in SQLITE_NAMES if name not in there]
    wanted = "ix_search_documents_words" if connection.dialect.name == "postgresql" else "ft_search_documents"
    there = {str(index["name"]) for index in inspector.get_indexes("search_documents")}
    return [] if wanted in there else [wanted]
