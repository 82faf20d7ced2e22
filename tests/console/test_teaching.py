"""A name that a correction teaches: proposed, tried on past mails, accepted, and known from then on."""

import pytest
from argon2.profiles import CHEAPEST

from mailbot.bootstrap.consoling import console_app
from mailbot.bootstrap.desking import open_desk
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.teaching import TAUGHT, FolderTeacher
from mailbot.domain.decision import Action
from mailbot.domain.errors import InputError, SetupError
from mailbot.domain.teaching import checked_name, implied_names
from tests.console.conftest import PASSWORD
from tests.console.visitor import Visitor

MAIL = """\
From: Tom Okafor <tom.okafor@bluewater-tech.example>
To: quotes@seller.example
Subject: One more product
Message-ID: <{name}@bluewater-tech.example>
Content-Type: text/plain; charset="utf-8"

Hello,

please quote {words} Standard for 50 users for harbour-lights.atlassian.net, for one year.

Billing contact: Omar Haddad, omar.haddad@harbour-lights.example

Kind regards
Tom Okafor
Bluewater Technology Ltd
"""


@pytest.fixture
def taught(desk):
    """The desk as its service and console have it, open to be taught."""
    with open_desk(desk.installation, desk.clock) as opened:
        desk.open, desk.understanding = opened, opened.understanding
        desk.app = console_app(opened, passwords=CHEAPEST)
        yield desk


def visitor(desk, login):
    found = Visitor(desk.app)
    found.log_in(login, PASSWORD)
    found.get("/")
    return found


def newest(desk):
    with desk.store.begin() as uow:
        return max((entry for i in range(1, 60) if (entry := uow.inbox.get(i))), key=lambda entry: entry.id)


def mail(words, name="first"):
    return MAIL.format(words=words, name=name).encode()


def test_a_name_is_proposed_tried_accepted_and_known_without_a_restart(taught):
    taught.take(mail("Bucketeer"))
    entry = newest(taught)
    assert entry.outcome != Action.QUOTE.value
    with taught.store.begin() as uow:
        number = uow.cases.get(entry.case_id).number
    agent, administrator = visitor(taught, "agent"), visitor(taught, "administrator")
    fields = {"product": "bitbucket", "words": " Bucketeer "}
    assert agent.post(f"/cases/{number}/teach", fields).location == f"/cases/{number}?done=proposed"
    assert agent.post(f"/cases/{number}/teach", fields).status == 303
    assert agent.post(f"/cases/{number}/teach", {**fields, "words": "(.*)|x"}).status == 422
    assert agent.get("/admin/names/1").status == 403
    page = administrator.get("/admin/names/1")
    assert "Tried on 1 case of the past" in page.words
    assert "Quoted Bitbucket 50" in page.words
    assert administrator.post("/admin/names/1", {"act": "accept"}).location == "/admin/names"
    assert "learned" in administrator.get("/admin/names").words
    assert administrator.post("/admin/names/1", {"act": "accept"}).status == 409
    assert 'bitbucket" = ["Bucketeer"]' in (taught.installation.folder / TAUGHT).read_text("utf-8")
    taught.take(mail("Bucketeer", "second"))
    assert newest(taught).outcome == Action.QUOTE.value
    assert {"NameProposed", "NameAccepted"} <= {line.kind for line in audit(taught)}


def test_a_name_that_is_refused_changes_nothing_and_is_not_asked_again(taught):
    agent, administrator = visitor(taught, "agent"), visitor(taught, "administrator")
    number = taught.waiting("co_term_review")[1]
    agent.post(f"/cases/{number}/teach", {"product": "bitbucket", "words": "Harbour Lights"})
    administrator.post("/admin/names/1", {"act": "refuse"})
    agent.post(f"/cases/{number}/teach", {"product": "bitbucket", "words": "Harbour Lights"})
    assert administrator.get("/admin/names").words.count("refused") == 1
    assert not (taught.installation.folder / TAUGHT).exists()


def test_setting_a_product_right_proposes_the_words_that_were_misread(desk, logged_in):
    desk.take(mail("Conf."))
    item, number = desk.waiting("downgrade")
    agent = logged_in("agent")
    agent.get("/")
    agent.post(f"/items/{item}/correct", {"case": number, "requests[0].lines[0].product": "bitbucket"})
    item, number = desk.waiting("co_term_review")
    agent.post(f"/items/{item}/correct", {"case": number, "requests[0].lines[1].product": "bitbucket"})
    with desk.store.begin() as uow:
        [proposal] = uow.proposals.list()
    assert (proposal.product, proposal.words, proposal.by) == ("bitbucket", "Conf.", "agent")


@pytest.mark.parametrize("words", ["x", "a" * 61, "(a|b)", "Jira*", "a .. b", "12 34", "a\x00b"])
def test_what_cannot_be_a_name_is_refused(words):
    with pytest.raises(InputError, match="cannot be a name"):
        checked_name("jira", words)


def test_a_product_that_is_not_sold_has_no_names():
    with pytest.raises(InputError, match="no such product"):
        checked_name("nonsense", "Jay")


def test_a_correction_of_a_line_that_was_added_implies_nothing(desk):
    with desk.store.begin() as uow:
        decision = uow.reviews.get(1).decision
    changes = {"requests[0].lines[7].product": "jira", "requests[9].lines[0].product": "jira", "site": "x"}
    assert list(implied_names(decision, changes)) == []


def test_a_folder_that_is_nobodys_is_not_written(tmp_path):
    with pytest.raises(SetupError, match="no folder of an operator"):
        FolderTeacher(Installation(tmp_path, environment={}), lambda names: None).teach("jira", "Jay")


def audit(desk):
    with desk.store.begin() as uow:
        return uow.audit.newest(50)
