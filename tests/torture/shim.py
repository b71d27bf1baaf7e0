"""Build the recorder with the C compiler of the machine."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("recorder.c")


def build(folder: Path) -> Path:
    """Return the built recorder; skips visibly without a compiler, unless everything is required."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        if os.environ.get("RUSHES_REQUIRE_ALL") == "1":
            pytest.fail("no C compiler is installed")
        pytest.skip("no C compiler is installed")
    target = folder / "recorder.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", str(target), str(SOURCE), "-ldl"], check=True)
    return target
