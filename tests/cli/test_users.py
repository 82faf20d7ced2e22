"""`mailbot users`: who may use the console."""

import pytest
from click.testing import CliRunner

from mailbot.cli import commands
from mailbot.store import upgrade
from tests.console.conftest import SETTINGS


@pytest.fixture
def users(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "mailbot.toml").write_text(SETTINGS, "utf-8")
    upgrade(f"sqlite:///{tmp_path / 'mailbot.sqlite3'}")

    def run(*arguments: str, words: str = ""):
        return CliRunner().invoke(commands, ["--folder", str(tmp_path), "users", *arguments], input=words)

    return run


def test_users_are_added_listed_and_changed(users):
    assert "nobody yet" in users("list").output
    assert users("add", "Anna", "--name", "Anna Lind", words="correct horse battery\n").output == "anna is agent\n"
    assert users("role", "anna", "approver").output == "anna is approver\n"
    assert users("passwd", "anna", words="another long password\n").exit_code == 0
    assert users("list").output.split() == ["anna", "approver", "Anna", "Lind"]


@pytest.mark.parametrize(
    ("arguments", "words", "says"),
    [
        (("add", "anna"), "short\n", "at least 12 characters"),
        (("add", "anna lind"), "correct horse battery\n", "a login is one word"),
        (("add", "anna", "--role", "king"), "", "'king' is not one of"),
        (("passwd", "bob"), "correct horse battery\n", "bob: there is no user of this name"),
        (("role", "bob", "agent"), "", "bob: there is no user of this name"),
    ],
)
def test_what_cannot_be_is_told(users, arguments, words, says):
    outcome = users(*arguments, words=words)
    assert outcome.exit_code != 0
    assert says in f"{outcome.output}{outcome.exception}"
