"""Scripts put into one file: in order, apart from each other, and without what only readers need."""

import pytest

from app.core.web.bundles import bundled, slim_script, slim_sheet

SCRIPTS = {
    "app": 'import { say } from "./toast.js";\nimport "./menu.js";\nexport { say };\n',
    "toast": "const box = 1;\nexport function say(text) { return box; }\nexport const kept = 2;\n",
    "menu": 'import { say } from "./toast.js";\nconst box = say();\n',
    "workbench": 'import { say } from "./app.js";\nimport { Clock } from "./clock.js";\nnew Clock(say);\n',
    "clock": "export class Clock {}\n",
}


def test_what_is_needed_comes_first_and_once() -> None:
    text = bundled("app", SCRIPTS)

    assert text.count("const box = 1;") == 1
    assert text.index("const from_toast") < text.index("const from_menu")
    assert "return { say, kept };" in text and "const { say } = from_toast;" in text
    assert "import" not in text and text.endswith("export { say };\n")


def test_another_entry_stays_an_import() -> None:
    text = bundled("workbench", SCRIPTS)

    assert text.startswith('import { say } from "./app.js";\n')
    assert "const { Clock } = from_clock;" in text and "const box" not in text


def test_a_module_that_is_missing_is_not_passed_over() -> None:
    with pytest.raises(KeyError):
        bundled("app", {"app": 'import "./gone.js";\n'})


def test_comments_and_indentation_are_left_out() -> None:
    script = '// Why.\n/** How. */\nif (x) {\n  y("// no comment"); // because\n\n}\n'
    sheet = "/* What */\n.a {\n  color: red; /* why */\n}\n"

    assert slim_script(script) == 'if (x) {\ny("// no comment");\n}\n'
    assert slim_sheet(sheet) == ".a {\ncolor: red;\n}\n"
