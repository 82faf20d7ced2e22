"""scripts/new-language: a folder with everything to fill in, which the check then names."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mailbot.parsers.lexicon_check import check_language, entries

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with the script and the English words alone."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "new-language", tmp_path / "scripts")
    shutil.copytree(ROOT / "config" / "languages" / "en", tmp_path / "config" / "languages" / "en")
    return tmp_path


def _new_language(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(tree / "scripts" / "new-language"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_new_language_has_every_entry_and_no_word(tree: Path) -> None:
    """The check of a fresh folder names what is to be filled in, and nothing else."""
    assert _new_language(tree, "sv").returncode == 0
    told = check_language(tree / "config", "sv")
    assert "sv: cues.want is empty" in told
    assert "sv: dates.months is empty" in told
    assert [line for line in told if not line.endswith(" is empty")] == []


def test_english_words_do_not_stay(tree: Path) -> None:
    """No list or table of the new file holds anything."""
    _new_language(tree, "sv")
    text = (tree / "config" / "languages" / "sv" / "lexicon.toml").read_text(encoding="utf-8")
    assert [
        key for key, value in entries(tomllib.loads(text)).items() if value and not key.startswith("language.")
    ] == []


@pytest.mark.parametrize("arguments", [(), ("Swedish",), ("../en",), ("en",)])
def test_a_wrong_code_changes_nothing(tree: Path, arguments: tuple[str, ...]) -> None:
    """Status 2 and one line for no code, a bad one, and a language that is there."""
    done = _new_language(tree, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("new-language: ")
    assert done.stderr.count("\n") == 1
    assert [folder.name for folder in (tree / "config" / "languages").iterdir()] == ["en"]
