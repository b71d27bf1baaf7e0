"""A company's database to be backed up."""

from pathlib import Path

import pytest

from app.config import Settings
from tests.visitors import Company


@pytest.fixture
def settings(company: Company) -> Settings:
    """Return the settings of an installation with people and a project in it."""
    settings: Settings = company.app.config["SETTINGS"]
    return settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "backup.db"
