"""Fixtures that every area may use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the labelled corpus (MAILBOT_SHARED, by default beside the repository)."""
    folder = Path(os.environ.get("MAILBOT_SHARED", ROOT.parent / "shared"))
    if not (folder / "corpus" / "gold.jsonl").is_file():
        pytest.skip(f"no labelled corpus in {folder}; set MAILBOT_SHARED to a folder that has one")
    return folder
