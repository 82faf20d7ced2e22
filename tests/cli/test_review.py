"""`mailbot review` acts for nobody who has logged in, and what it does is on record."""

import pytest
from click.testing import CliRunner

from mailbot.cli import commands
from tests.console.conftest import DEMO, desk, worked_desk  # noqa: F401  # fixtures of the worked desk

MANY_USERS = ("lines[0].users=5000", "lines[1].users=5000")


@pytest.fixture
def command(desk):  # noqa: F811
    def run(*arguments: str):
        return CliRunner().invoke(commands, ["--folder", str(desk.installation.folder), *arguments])

    return run


def test_the_command_line_does_not_send_a_quote_that_takes_two_persons(desk, command):  # noqa: F811
    item, number = desk.waiting("co_term_review")
    corrected = command("review", "correct", str(item), *MANY_USERS, "--as", "kim")
    assert "it waits again as item" in corrected.output
    waits, _ = desk.waiting("co_term_review")
    for name in ("approver", "second"):
        outcome = command("review", "approve", str(waits), "--as", name)
        assert outcome.exit_code != 0
        assert "takes two persons" in str(outcome.exception)
    assert all(kind != "quote" for kind, _ in desk.outbox(number))


def test_a_draft_below_the_amount_is_approved_and_the_record_says_how(desk, command):  # noqa: F811
    item, number = desk.waiting("co_term_review")
    assert f"{number} approved, quote on its way" in command("review", "approve", str(item), "--as", "anna").output
    with desk.store.begin() as uow:
        assert uow.audit.newest(1)[0].actor == "anna (command line)"


def test_an_import_is_in_the_audit_trail(desk, command):  # noqa: F811
    assert "imported" in command("import", str(DEMO / "data")).output
    with desk.store.begin() as uow:
        line = uow.audit.newest(1)[0]
    assert line.kind == "Imported"
    assert line.actor.endswith("(command line)")
