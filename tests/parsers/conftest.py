"""The data files that reading mail needs, loaded once."""

from pathlib import Path

import pytest

from mailbot.parsers.knowledge import MailKnowledge, load_mail_knowledge

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="session")
def mail_knowledge() -> MailKnowledge:
    """Return the shipped vocabulary of mail."""
    return load_mail_knowledge(CONFIG)
