"""Which tables of the database are ours, and which the job engine and the full-text index keep for themselves."""

from typing import Any

# The engine's tables share the SQLite file; the index's shadow tables follow its virtual table.
FOREIGN_PREFIXES = ("search_fts", "search_names", "workflow_", "dbos_", "sqlite_")
FOREIGN_TABLES = frozenset(
    {
        "operation_outputs",
        "notifications",
        "streams",
        "queues",
        "event_dispatch_kv",
        "application_versions",
        "alembic_version",
    }
)

# Full-text indexes differ by database, so the models do not know them.
SEARCH_INDEXES = frozenset({"ix_search_documents_words", "ix_search_documents_names", "ft_search_documents"})


def is_ours(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Say whether a table, or what stands on it, takes part in migrations."""
    if kind == "column" and name == "words":
        return False
    if kind == "index" and name in SEARCH_INDEXES:
        return False
    if kind != "table":
        return True
    return name not in FOREIGN_TABLES and not str(name).startswith(FOREIGN_PREFIXES)
