"""Index the words, and let nothing change the audit log.

Revision: 2026_11_21_words, after 2026_11_21_schema
"""

from alembic import op

revision = "2026_11_21_words"
down_revision = "2026_11_21_schema"
branch_labels = None
depends_on = None

SQLITE_UP = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(title, body, tags, content='search_documents', content_rowid='id',"
    " tokenize='unicode61', prefix='2 3')",
    "CREATE VIRTUAL TABLE search_names USING fts5(title, content='search_documents', content_rowid='id',"
    " tokenize='trigram')",
    "CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN"
    " INSERT INTO search_fts(rowid, title, body, tags) VALUES (new.id, new.title, new.body, new.tags);"
    " INSERT INTO search_names(rowid, title) VALUES (new.id, new.title); END",
    "CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN"
    " INSERT INTO search_fts(search_fts, rowid, title, body, tags)"
    " VALUES ('delete', old.id, old.title, old.body, old.tags);"
    " INSERT INTO search_names(search_names, rowid, title) VALUES ('delete', old.id, old.title); END",
    "CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN"
    " INSERT INTO search_fts(search_fts, rowid, title, body, tags)"
    " VALUES ('delete', old.id, old.title, old.body, old.tags);"
    " INSERT INTO search_names(search_names, rowid, title) VALUES ('delete', old.id, old.title);"
    " INSERT INTO search_fts(rowid, title, body, tags) VALUES (new.id, new.title, new.body, new.tags);"
    " INSERT INTO search_names(rowid, title) VALUES (new.id, new.title); END",
    "CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN"
    " SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log BEGIN"
    " SELECT RAISE(ABORT, 'the audit log is append-only'); END",
)
SQLITE_DOWN = (
    "DROP TRIGGER audit_log_no_delete",
    "DROP TRIGGER audit_log_no_update",
    "DROP TRIGGER search_documents_changed",
    "DROP TRIGGER search_documents_removed",
    "DROP TRIGGER search_documents_added",
    "DROP TABLE search_names",
    "DROP TABLE search_fts",
)
POSTGRESQL_UP = (
    "ALTER TABLE search_documents ADD COLUMN words tsvector GENERATED ALWAYS AS ("
    "setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', tags), 'B')"
    " || setweight(to_tsvector('simple', body), 'C')) STORED",
    "CREATE INDEX ix_search_documents_words ON search_documents USING gin (words)",
    "CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
    "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only()",
)
POSTGRESQL_DOWN = (
    "DROP TRIGGER audit_log_append_only ON audit_log",
    "DROP FUNCTION audit_log_is_append_only()",
    "DROP INDEX ix_search_documents_words",
    "ALTER TABLE search_documents DROP COLUMN words",
)
MYSQL_UP = (
    "CREATE FULLTEXT INDEX ft_search_documents ON search_documents (title, body, tags)",
    "CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log FOR EACH ROW"
    " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit log is append-only'",
    "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log FOR EACH ROW"
    " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit log is append-only'",
)
MYSQL_DOWN = (
    "DROP TRIGGER audit_log_no_delete",
    "DROP TRIGGER audit_log_no_update",
    "DROP INDEX ft_search_documents ON search_documents",
)
UP = {"sqlite": SQLITE_UP, "postgresql": POSTGRESQL_UP, "mysql": MYSQL_UP, "mariadb": MYSQL_UP}
DOWN = {"sqlite": SQLITE_DOWN, "postgresql": POSTGRESQL_DOWN, "mysql": MYSQL_DOWN, "mariadb": MYSQL_DOWN}


def upgrade() -> None:
    """Make the full-text index of this database and the triggers that keep the log append-only."""
    connection = op.get_bind()
    for statement in UP[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """Take both back."""
    connection = op.get_bind()
    for statement in DOWN[connection.dialect.name]:
        connection.exec_driver_sql(statement)
