"""A reply is a finished message in the sender's thread and language."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from mailbot.domain.decision import Action, Decision
from mailbot.domain.errors import InputError
from mailbot.domain.evidence import Extracted
from mailbot.domain.message import Address, InboundMessage, TextPart
from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.replies.preview import preview
from mailbot.replies.render import Renderer
from mailbot.replies.samples import sample_decision, sample_message, sample_quote
from tests.replies.conftest import LANGUAGES, opened, pdf_of

AT = dt.datetime(2026, 11, 5, 9, 30, tzinfo=dt.UTC)
KINDS = list(ReplyKind)


def reply(
    render: Renderer, newest: InboundMessage, kind: ReplyKind = ReplyKind.ANSWER, cc: tuple[Address, ...] = ()
) -> OutgoingMessage:
    people = render.languages["en"].sample
    return render(
        decision=replace(sample_decision(kind, newest.language, people), topics=("support",)),
        newest=newest,
        case_number="Q-2026-00007",
        kind=kind,
        message_id="<reply-7@seller.example>",
        at=AT,
        cc=cc,
    )


def incoming(**changes: object) -> InboundMessage:
    message = InboundMessage(
        message_id="<third@reseller.example>",
        date=None,
        sender=Address(name="Amelia Clarke", email="amelia@reseller.example"),
        references=("<first@reseller.example>", "<second@seller.example>"),
        subject=TextPart(name="subject", text="Quote please"),
        body=TextPart(name="body", text=""),
        language="en",
    )
    return replace(message, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_in_every_language(render: Renderer, kind: ReplyKind, language: str) -> None:
    message = preview(render, kind, language)

    assert message.language == language
    assert opened(message)["Content-Language"] == language
    assert render.languages[language].sample["reseller"] in message.text.splitlines()[0]
    assert not re.search(r"%\(\w+\)s", message.text)


def test_the_reply_stays_in_the_thread(render: Renderer) -> None:
    headers = opened(reply(render, incoming()))

    assert headers["In-Reply-To"] == "<third@reseller.example>"
    assert headers["References"].split() == [
        "<first@reseller.example>", "<second@seller.example>", "<third@reseller.example>",
    ]  # fmt: skip
    assert headers["Subject"] == "Re: Quote please [Q-2026-00007]"
    assert headers["Message-ID"] == "<reply-7@seller.example>"
    assert headers["Date"] == "Thu, 05 Nov 2026 09:30:00 +0000"
    assert headers["To"] == "Amelia Clarke <amelia@reseller.example>"
    assert headers["From"] == "Quote desk <quotes@seller.example>"


@pytest.mark.parametrize("kind", KINDS)
def test_machine_replies_say_that_they_are(render: Renderer, kind: ReplyKind) -> None:
    headers = opened(preview(render, kind, "en"))
    by_hand = kind in (ReplyKind.STAFF, ReplyKind.DECLINE)

    assert headers["Auto-Submitted"] == ("no" if by_hand else "auto-replied")
    assert headers["X-Auto-Response-Suppress"] == (None if by_hand else "All")


def test_others_of_the_case_get_a_copy_and_the_addressee_only_one(render: Renderer) -> None:
    others = (Address(name=None, email="AMELIA@reseller.example"), Address(name="Bo", email="bo@reseller.example"))

    message = reply(render, incoming(), cc=others)

    assert message.recipients == ("amelia@reseller.example", "bo@reseller.example")
    assert opened(message)["Cc"] == "Bo <bo@reseller.example>"


def test_the_same_input_gives_the_same_bytes(render: Renderer) -> None:
    assert preview(render, ReplyKind.QUOTE, "ja").raw == preview(render, ReplyKind.QUOTE, "ja").raw


def test_a_mail_without_a_subject_gets_one(render: Renderer) -> None:
    message = reply(render, incoming(subject=TextPart(name="subject", text=""), language="de"))

    assert message.subject == "Re: Ihre Frage [Q-2026-00007]"


def test_broken_ids_are_left_out_of_the_thread(render: Renderer) -> None:
    headers = opened(reply(render, incoming(message_id="<a b@c>", references=("junk", "<ok@reseller.example>"))))

    assert headers["In-Reply-To"] is None
    assert headers["References"] == "<ok@reseller.example>"


@pytest.mark.parametrize(
    "kind", [ReplyKind.QUOTE, ReplyKind.ASK, ReplyKind.ANSWER, ReplyKind.REMINDER, ReplyKind.STAFF]
)
def test_a_reply_that_would_say_nothing_is_refused(render: Renderer, kind: ReplyKind) -> None:
    with pytest.raises(ValueError, match=f"kind {kind.value} needs"):
        render(
            decision=Decision(action=Action.ANSWER, language="en"), newest=incoming(), case_number="Q-2026-00007",
            kind=kind, message_id="<reply-7@seller.example>", at=AT,
        )  # fmt: skip


def test_nobody_is_answered_without_a_sender(render: Renderer) -> None:
    with pytest.raises(InputError, match="no readable sender"):
        reply(render, incoming(sender=None))


def test_a_colleague_is_greeted_by_the_own_name(render: Renderer) -> None:
    people = render.languages["en"].sample
    decision = sample_decision(ReplyKind.ACKNOWLEDGEMENT, "en", people)
    colleague = incoming(sender=Address(name="Bo Lind", email="bo@reseller.example"))

    message = render(
        decision=decision, newest=colleague, case_number="Q-2026-00007", kind=ReplyKind.ACKNOWLEDGEMENT,
        message_id="<reply-8@seller.example>", at=AT,
    )  # fmt: skip

    assert message.text.startswith("Hello Bo Lind,\n")


def test_a_sender_without_a_persons_name_is_greeted_without_one(render: Renderer) -> None:
    people = render.languages["en"].sample
    decision = sample_decision(ReplyKind.ASK, "en", people)
    request = decision.requests[0]
    nameless = replace(request, reseller=replace(request.reseller, name=None), missing=("reseller.name",))
    team = replace(sample_message(people, "en"), sender=Address(name="Sales Team", email="sales@reseller.example"))

    message = render(
        decision=replace(decision, requests=(nameless,)), newest=team, case_number="Q-2026-00007",
        kind=ReplyKind.ASK, message_id="<reply-9@seller.example>", at=AT,
    )  # fmt: skip

    assert message.text.startswith("Hello,\n")


def test_values_of_the_sender_are_escaped_in_html(render: Renderer) -> None:
    people = render.languages["en"].sample
    decision = sample_decision(ReplyKind.ASK, "en", people)
    request = decision.requests[0]
    hostile = replace(request, customer=replace(request.customer, company=Extracted("<img src=x> & Sons")))

    message = render(
        decision=replace(decision, requests=(hostile,)), newest=sample_message(people, "en"),
        case_number="Q-2026-00007", kind=ReplyKind.ASK, message_id="<reply-10@seller.example>", at=AT,
    )  # fmt: skip

    body = opened(message).get_body(("html",))
    assert body is not None
    assert "&lt;img src=x&gt; &amp; Sons" in body.get_content()
    assert "<img src=x> & Sons" in message.text


def test_html_loads_nothing(render: Renderer) -> None:
    for kind in KINDS:
        body = opened(preview(render, kind, "en")).get_body(("html",))
        assert body is not None
        html = body.get_content()
        assert not any(word in html for word in ("<img", "<script", "<link", "url(", "@import", "src="))


def test_text_keeps_to_its_width(render: Renderer) -> None:
    for kind in KINDS:
        lines = preview(render, kind, "en").text.splitlines()
        assert max(map(len, lines)) <= 76


def test_the_quote_comes_with_its_document_and_its_data(render: Renderer) -> None:
    message = preview(render, ReplyKind.QUOTE, "en")

    names = [part.get_filename() for part in opened(message).iter_attachments()]
    assert names == ["Q-2026-00318-2.pdf", "Q-2026-00318-2.json"]
    assert pdf_of(message).startswith(b"%PDF-")


def test_explain_needs_no_document(render: Renderer) -> None:
    message = preview(replace(render, printer=None), ReplyKind.QUOTE, "en")

    assert not list(opened(message).iter_attachments())


def test_a_revision_says_what_it_replaces_and_what_changed(render: Renderer) -> None:
    message = preview(render, ReplyKind.QUOTE, "en")

    assert "This quote replaces Q-2026-00318/1, which is no longer valid." in message.text
    assert (
        "- Jira\n  Before: Standard · 70 users · USD 1,310.00\n  Now: Standard · 80 users · USD 2,620.00"
        in message.text
    )
    assert "- Jira Service Management\n  Before: —\n  Now: Premium · 25 agents · USD 5,750.00" in message.text


def test_a_revision_of_an_expired_quote_says_so(render: Renderer) -> None:
    people = render.languages["en"].sample
    quote = sample_quote(people)
    assert quote.replaced is not None
    expired = replace(quote, replaced=replace(quote.replaced, valid_until=dt.date(2026, 11, 4)))
    message = render(
        decision=replace(sample_decision(ReplyKind.QUOTE, "en", people), quote=expired),
        newest=sample_message(people, "en"), case_number="Q-2026-00318", kind=ReplyKind.QUOTE,
        message_id="<a@seller.example>", at=dt.datetime(2026, 11, 5, tzinfo=dt.UTC),
    )  # fmt: skip

    words = " ".join(message.text.split())
    assert "Our quote Q-2026-00318/1 was valid until 4 November 2026." in words
    assert "This one takes its place, at today's prices." in words
    assert "no longer valid" not in words


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["order.xlsx"], "the attachment order.xlsx. If you send it again"),
        (["a.pdf", "../../b.doc", "a.pdf"], "the attachments a.pdf and b.doc. If you send them again"),
        (["ev\u202efdp.exe", None], "the attachment evfdp.exe."),
        (["x" * 500 + ".pdf"], "x" * 47 + "…" + "x" * 8 + ".pdf."),
    ],
)
def test_attachments_that_could_not_be_read_are_named(render: Renderer, names: list[str | None], says: str) -> None:
    people = render.languages["en"].sample
    newest = sample_message(people, "en")
    attachments = tuple(replace(newest.attachments[0], filename=name) for name in names)
    message = render(
        decision=sample_decision(ReplyKind.ACKNOWLEDGEMENT, "en", people),
        newest=replace(newest, attachments=attachments), case_number="Q-2026-00318", kind=ReplyKind.ACKNOWLEDGEMENT,
        message_id="<a@seller.example>", at=dt.datetime(2026, 11, 5, tzinfo=dt.UTC),
    )  # fmt: skip

    assert says in " ".join(message.text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quote_for_a_part_asks_for_the_rest(render: Renderer, language: str) -> None:
    people = render.languages[language].sample
    decision = sample_decision(ReplyKind.QUOTE, language, people)
    asked = sample_decision(ReplyKind.ASK, language, people)
    message = render(
        decision=replace(decision, requests=asked.requests), newest=sample_message(people, language),
        case_number="Q-2026-00318", kind=ReplyKind.QUOTE, message_id="<a@seller.example>", at=AT,
    )  # fmt: skip

    questions = re.findall(r"^\d+\. .*[:：]\n +[(（]", message.text, re.MULTILINE)
    assert len(questions) == len(asked.requests[0].missing) == 3
