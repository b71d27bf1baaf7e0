"""Ask each kind of database how it goes about a statement; what is returned holds no value that was sent."""

import re
from typing import Any

from sqlalchemy.engine import Connection

EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN ", "mysql": "EXPLAIN ", "mariadb": "EXPLAIN "}
EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
# PostgreSQL writes the values of conditions into its plan: they may be secrets.
QUOTED = re.compile(r"'(?:[^']|'')*'")


def plan_of(connection: Connection, statement: str, parameters: Any) -> str | None:
    """Return the plan, one step a line, or None for what has none; asked on the same connection, in its unit."""
    if not statement.lstrip().upper().startswith(EXPLAINED):
        return None
    name = connection.dialect.name
    question = EXPLAIN[name] + statement
    cursor = connection.connection.cursor()
    try:
        return QUOTED.sub("'…'", _asked(name, cursor, question, parameters))
    except Exception as error:
        # Anything a driver may raise: a plan that cannot be had must not fail the page.
        return f"no plan: {type(error).__name__}"
    finally:
        cursor.close()


def _asked(name: str, cursor: Any, question: str, parameters: Any) -> str:
    if name == "sqlite":
        cursor.execute(question, parameters)
        return "\n".join(str(row[3]) for row in cursor.fetchall())
    if name == "postgresql":
        # A question that is refused would end the unit it is asked in.
        cursor.execute("SAVEPOINT explained")
        try:
            cursor.execute(question, parameters)
            return "\n".join(str(row[0]) for row in cursor.fetchall())
        finally:
            cursor.execute("ROLLBACK TO SAVEPOINT explained")
    cursor.execute(question, parameters)
    columns = [column[0] for column in cursor.description]
    rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return "\n".join(
        ", ".join(f"{name} {row[name]}" for name in ("table", "type", "key", "rows", "Extra") if row.get(name))
        for row in rows
    )
