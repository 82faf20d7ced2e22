"""An open desk follows what is imported while it works."""

import pytest

from mailbot.bootstrap.desking import open_desk
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.teaching import TAUGHT
from mailbot.domain.errors import SetupError
from mailbot.domain.file import PriceBook, Records
from mailbot.domain.message import Automatic, Desk
from mailbot.store import upgrade
from tests.console.conftest import SETTINGS

OURS = b"From: rfq@seller.example\r\nTo: quotes@seller.example\r\nSubject: Hello\r\n\r\nA quote, please.\r\n"


@pytest.fixture
def installation(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "mailbot.toml").write_text(SETTINGS, "utf-8")
    upgrade(f"sqlite:///{tmp_path / 'mailbot.sqlite3'}")
    return Installation(tmp_path, environment={})


def test_an_imported_alias_is_ours_without_a_restart(installation):
    with open_desk(installation) as desk:
        assert desk.understanding.read(OURS).automatic is None
        with desk.store.begin() as uow:
            records = Records(price_book=PriceBook(version="1", prices={}))
            uow.records.replace(records, Desk(aliases=("rfq@seller.example",)), desk.clock())
            uow.commit()
        assert desk.understanding.read(OURS).automatic is Automatic.OWN


def test_a_file_of_names_that_is_broken_by_hand_does_not_stop_the_desk(installation):
    with open_desk(installation) as desk:
        file = installation.folder / TAUGHT
        file.parent.mkdir(parents=True)
        file.write_text("[products\njira = 7", "utf-8")
        assert desk.understanding.read(OURS).automatic is None
    with pytest.raises(SetupError, match=r"taught\.toml: wanted is a table"), open_desk(installation):
        pass
