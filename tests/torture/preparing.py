"""The instance every work starts from, made once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SEED = int(os.environ.get("RUSHES_SEED", "20261121"))


def in_python(statement: str) -> None:
    """Run one statement in a process of its own, where no other test's app stands."""
    script = f"from pathlib import Path\nfrom tests.torture.works import *\n{statement}"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)


def prepared_for(work: str, prepared: Path, start: Path) -> Path:
    """Copy the instance to where this work starts; a migration starts some revisions back."""
    shutil.copytree(prepared, start)
    if work == "migration":
        in_python(f"go_back(Path({str(start)!r}))")
    return start
