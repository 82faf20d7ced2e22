"""Cases with mails that the desk cannot read or decide, copies and parked mails among them: staff see them all."""

from dataclasses import replace

import pytest
from argon2.profiles import CHEAPEST

from mailbot.bootstrap.consoling import console_app
from mailbot.bootstrap.guarded import GuardedUnderstanding
from mailbot.domain.case import Fetched, InboxState
from tests.console.conftest import DEMO, MAILBOX, PASSWORD
from tests.console.visitor import Visitor

AMBIGUOUS = next(path for path in sorted((DEMO / "mails").glob("*.eml")) if "lin.xiaodong" in path.read_text("latin-1"))
LONG = (
    b"From: Rae Stone <rae@reseller.example>\r\nTo: quotes@seller.example\r\nSubject: A long one\r\n"
    b"Message-ID: <long@reseller.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    + b"please quote 50 users of Jira for acme.atlassian.net\r\n"
    * 200
)


class Buggy:
    """An understanding with a bug that one mail brings out."""

    def __init__(self, inner):
        self.inner = inner

    def read(self, raw):
        if b"long@reseller.example" in raw:
            raise ZeroDivisionError("a bug")
        return self.inner.read(raw)

    def decide(self, thread, records_for, corrections=None):
        return self.inner.decide(thread, records_for, corrections or {})


@pytest.fixture(params=["too long", "bug"])
def hard(request, desk):
    """The desk with an understanding that cannot cope with a long mail, which is parked."""
    inner = desk.understanding
    hard = GuardedUnderstanding(inner=inner.inner, wall_seconds=0.01) if request.param == "too long" else Buggy(inner)
    desk.open = replace(desk.open, understanding=hard)
    desk.understanding = hard
    desk.app = console_app(desk.open, passwords=CHEAPEST)
    with desk.store.begin() as uow:
        fetched = Fetched(uid=9000, raw=LONG, size=len(LONG), internal_date=desk.clock())
        uow.inbox.add(
            MAILBOX,
            1,
            fetched,
            message_id="<long@reseller.example>",
            state=InboxState.NEW,
            sender="rae@reseller.example",
        )
        uow.commit()
    desk.process()
    with desk.store.begin() as uow:
        return next(item for item in uow.reviews.list() if item.decision is None)


def test_a_mail_that_could_not_be_decided_can_be_opened_and_closed(desk, hard):
    visitor = Visitor(desk.app)
    visitor.log_in("agent", PASSWORD)
    page = visitor.get(f"/cases/{hard.case_number}")
    assert page.status == 200
    assert "Nothing can be sent as it is" in page.words
    answer = visitor.post(f"/items/{hard.id}/approve", {"case": hard.case_number})
    assert answer.status == 422
    closed = visitor.post(f"/items/{hard.id}/not-a-request", {"case": hard.case_number, "text": "too long"})
    assert closed.location.startswith("/?done=not_a_request")


def test_evidence_is_marked_in_the_mail_that_it_was_read_from_though_a_copy_stands_before_it(desk, logged_in):
    number = desk.waiting("ambiguous_quantity")[1]
    again = AMBIGUOUS.read_bytes()
    desk.take(again)  # the same bytes once more: a copy in the same case
    first = message_id(again)
    threaded = b"\nIn-Reply-To: " + first + b"\nReferences: " + first + b"\nSubject: "
    reply = again.replace(b"Message-ID: <", b"Message-ID: <second-").replace(b"\nSubject: ", threaded, 1)
    desk.take(reply)
    text = logged_in("viewer").get(f"/cases/{number}").text
    articles = text.split('<article class="mail')[1:]
    assert len(articles) == 3
    marks = ["<mark" in article for article in articles]
    assert marks == [True, False, True]


def message_id(raw: bytes) -> bytes:
    return next(line.split(b":", 1)[1].strip() for line in raw.splitlines() if line.lower().startswith(b"message-id:"))


def test_opening_a_case_draws_no_document_and_previews_draw_none(desk, logged_in, monkeypatch):
    drawn = []
    printer = type(desk.open.render.printer)
    monkeypatch.setattr(printer, "__call__", lambda self, data: drawn.append(data) or b"%PDF-")
    visitor, (item, number) = logged_in("agent"), desk.waiting("co_term_review")
    assert "Quote as PDF" in visitor.get(f"/cases/{number}").words
    assert "Draft quote" in visitor.post(f"/items/{item}/preview", {"case": number}).words
    assert drawn == []
    assert visitor.get(f"/cases/{number}/draft/pdf").content == b"%PDF-"
    assert len(drawn) == 1
