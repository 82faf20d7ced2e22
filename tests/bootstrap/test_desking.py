"""An open desk follows what is imported while it works."""

import pytest

from mailbot.bootstrap.desking import open_desk
from mailbot.bootstrap.installation import Installation
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
