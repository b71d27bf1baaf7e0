"""The table of who may ask for what, as docs/access.md holds it: ``python -m tests.house.table > docs/access.md``."""

import tempfile
from pathlib import Path

from flask import Flask

from app.core.web.access import ADMIN, IN_PERSON, OPERATOR, PUBLIC, SIGNED_IN, rule_of
from app.factory import create_app
from app.projects.policy import IN_ARCHIVE, LEAST_ROLE
from tests.conftest import settings_in
from tests.house.asking import rules_of

WHO = {
    PUBLIC: "everybody",
    SIGNED_IN: "everybody signed in",
    IN_PERSON: "everybody signed in, no program",
    ADMIN: "admins",
    OPERATOR: "admins, or a program with METRICS_TOKEN",
}
HEAD = """# Who may ask for what

Made from the rules the routes declare; a test compares the two. Remake it with
`python -m tests.house.table > docs/access.md`.

A permission asks for a role in the project the thing belongs to; whoever has none there is answered as if it did not
exist (404), whoever has too little gets 403. Admins have every role. In an archived project only what is marked
“also in the archive” can be done. Programs with an API token read addresses that end in `.json` and files, and send
forms if their token may write; what is for admins or a person's own account is closed to them.

| Address | Methods | Rule | Who |
|---|---|---|---|
"""


def access_table(app: Flask) -> str:
    """Return the table of every route, in the order of the addresses."""
    lines = []
    for rule in rules_of(app):
        methods = ", ".join(sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})) or "HEAD"
        declared = str(rule_of(app, rule.endpoint))
        lines.append(f"| `{rule.rule}` | {methods} | `{declared}` | {who_may(declared)} |")
    return HEAD + "\n".join(lines) + "\n"


def who_may(declared: str) -> str:
    if declared in WHO:
        return WHO[declared]
    archive = ", also in the archive" if declared in IN_ARCHIVE else ""
    return f"{LEAST_ROLE[declared].value} and up{archive}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(access_table(create_app(settings_in(Path(folder)))), end="")
