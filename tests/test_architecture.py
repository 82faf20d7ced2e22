"""The rules of the house: who may import whom, types, style."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ("lint-imports", "--no-cache"),
        ("mypy",),
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--check", "--no-cache", "."),
    ],
    ids=" ".join,
)
def test_the_code_keeps_the_rules(command):
    outcome = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_no_module_is_longer_than_four_hundred_lines():
    lengths = {
        path.relative_to(ROOT): len(path.read_text("utf-8").splitlines()) for path in (ROOT / "mailbot").rglob("*.py")
    }
    assert {path: length for path, length in lengths.items() if length > 400} == {}
