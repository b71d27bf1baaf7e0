"""The shape of the house: small files and functions, imports at the top, one commit, no traces of a machine."""

import ast
import re

from tests.house.sources import functions, modules, texts

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
LONGEST_TEMPLATE = 100
# Files made by a program, or lists that only grow.
LONG_BY_NATURE = ("requirements", "migrations/versions/", "LICENSE", "docs/")


def test_every_module_says_in_a_sentence_what_it_is_for() -> None:
    silent = [
        name
        for name, tree in modules("app/", "tests/", "wsgi.py")
        if not (ast.get_docstring(tree) or "").split("\n")[0].endswith((".", ":"))
    ]

    assert silent == []


def test_no_file_is_longer_than_one_can_hold_in_the_head() -> None:
    long = [
        f"{name}: {len(text.splitlines())}"
        for name, text in texts(".py", ".js", ".css")
        if len(text.splitlines()) > LONGEST_FILE and not name.startswith(LONG_BY_NATURE)
    ]

    assert long == []


def test_no_template_is_longer_than_a_screen_or_two() -> None:
    assert [name for name, text in texts(".html") if len(text.splitlines()) > LONGEST_TEMPLATE] == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{name}:{each.lineno} {each.name}"
        for name, tree in modules("app/", "wsgi.py")
        for each in functions(tree)
        if (each.end_lineno or 0) - each.lineno >= LONGEST_FUNCTION
    ]

    assert long == []


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{name}:{node.lineno}"
        for name, tree in modules("app/", "tests/", "wsgi.py")
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]

    assert hidden == []


def test_nothing_commits_but_the_units_of_work() -> None:
    committing = {
        name
        for name, tree in modules("app/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    }

    assert committing == {"app/core/db.py"}


def test_a_repository_is_imported_only_in_its_own_room() -> None:
    strangers = [
        f"{name} imports {module}"
        for name, tree in modules("app/")
        for module in imported(tree)
        if module.endswith("repository") and not module.startswith("app.core.")
        if room(name) != module.split(".")[1]
    ]

    assert strangers == []


def test_nothing_that_was_caught_is_passed_over_in_silence() -> None:
    silent = [
        f"{name}:{node.lineno}"
        for name, tree in modules("app/")
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and all(isinstance(each, ast.Pass) for each in node.body)
    ]

    assert silent == []


def test_no_query_is_put_together_from_text() -> None:
    built = [
        f"{name}:{node.lineno}"
        for name, tree in modules("app/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in ("text", "exec_driver_sql", "execute", "executescript")
        if node.args and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
        if name not in SPELL_PRAGMAS
    ]

    assert built == []


# Pragmas take no parameters; what these modules put in are words of their own.
SPELL_PRAGMAS = {"app/core/db.py"}
NEVER = {"eval", "exec", "render_template_string", "Markup", "system", "popen", "mktemp", "loads_pickle"}
MAY = {"app/jinja.py": {"Markup"}}


def test_nothing_runs_what_it_was_given() -> None:
    found = [
        f"{name}:{node.lineno} {called(node)}"
        for name, tree in modules("app/", "wsgi.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in NEVER - MAY.get(name, set())
    ]

    assert found == []


def test_no_program_is_started_through_a_shell_or_pickled() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules("app/", "wsgi.py")
        for node in ast.walk(tree)
        if (isinstance(node, ast.keyword) and node.arg == "shell")
        or (isinstance(node, ast.Import) and any(alias.name in ("pickle", "marshal", "shelve") for alias in node.names))
    ]

    assert found == []


def test_scripts_put_text_into_pages_and_never_markup() -> None:
    unsafe = re.compile(r"innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function|console\.")
    found = [name for name, text in texts(".js") if unsafe.search(text)]

    assert found == []


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    hosts = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|(extra-)?index-url|artifactory", re.I)
    places = re.compile(r"(?<![\w.:/-])/(home|root|work|Users|mnt|tmp)(/[A-Za-z]|\b(?=['\"]))")
    found = [
        f"{name}: {match.group()}"
        for name, text in texts()
        for match in [*hosts.finditer(text), *places.finditer(text)]
        if name != "tests/house/test_style.py"
    ]

    assert found == []


# What happens in other processes can only be waited for.
WAITING = {"tests/jobs/test_kills.py"}


def test_no_test_sleeps() -> None:
    asleep = [
        f"{name}:{node.lineno}"
        for name, tree in modules("tests/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) == "sleep" and "/test_" in name and name not in WAITING
        # A stage of a pretended job may take its time on the event loop.
        if not (isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "asyncio")
    ]

    assert asleep == []


def imported(tree: ast.Module) -> list[str]:
    """Return the names of the modules a file imports from."""
    plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return plain + [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]


def room(name: str) -> str:
    return name.split("/")[1]


def called(node: ast.Call) -> str:
    """Return the last part of what is called."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))
