"""A request for what is missing: exactly that, with an example each, and nothing that only the file knows."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from mailbot.domain.decision import Action, Decision, ResolvedLine, ResolvedRequest
from mailbot.domain.evidence import Extracted, on_file
from mailbot.domain.outgoing import ReplyKind
from mailbot.domain.request import AuthorizedContact, Customer
from mailbot.replies.render import Renderer
from mailbot.replies.samples import incomplete_request, sample_message
from tests.replies.conftest import LANGUAGES

AT = dt.datetime(2026, 11, 5, tzinfo=dt.UTC)
EVERY_PATH = (
    "reseller.name", "reseller.email", "reseller.billing_address", "customer.name", "customer.email",
    "customer.billing_address", "authorized_contact.name", "authorized_contact.email", "site", "lines",
    "lines[0].plan", "lines[1].users", "lines[0].product", "target_end_date",
)  # fmt: skip


def asked(render: Renderer, request: ResolvedRequest, language: str = "en", kind: ReplyKind = ReplyKind.ASK) -> str:
    people = render.languages[language].sample
    return render(
        decision=Decision(action=Action.ASK, language=language, requests=(request,)),
        newest=sample_message(people, language), case_number="Q-0000-00000", kind=kind,
        message_id="<ask@seller.example>", at=AT,
    ).text  # fmt: skip


@pytest.fixture
def request_(render: Renderer) -> ResolvedRequest:
    return incomplete_request(render.languages["en"].sample)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_a_question_and_an_example(render: Renderer, language: str) -> None:
    request = replace(incomplete_request(render.languages[language].sample), missing=EVERY_PATH)

    questions = re.findall(
        r"^\d+\. (.+)[:：]\n +[(（].*(?:\n .*)?[)）]$", asked(render, request, language), re.MULTILINE
    )

    assert len(questions) == len(set(questions)) == len(EVERY_PATH)


def test_exactly_what_is_missing_is_asked_for(render: Renderer, request_: ResolvedRequest) -> None:
    text = asked(render, request_)

    assert "we still need 3 things" in text
    assert re.findall(r"^\d\. .*", text, re.MULTILINE) == [
        "1. E-mail address of the authorized contact:",
        "2. Plan for Jira:",
        "3. Number of agents for Jira Service Management:",
    ]


def test_one_thing_is_asked_for_in_the_singular(render: Renderer, request_: ResolvedRequest) -> None:
    assert "we still need one thing" in asked(render, replace(request_, missing=("site",)))


def test_what_was_understood_is_repeated(render: Renderer, request_: ResolvedRequest) -> None:
    text = asked(render, request_)

    for words in (
        "Amelia Clarke, Brightwater Solutions Ltd", "14 Quay Street, Bristol BS1 4EJ, United Kingdom", "Owen Hughes",
        "Meridian Logistics plc", "Site: sample-customer.atlassian.net", "Jira, 80 users",
    ):  # fmt: skip
        assert words in text


@pytest.mark.parametrize("kind", [ReplyKind.ASK, ReplyKind.ACKNOWLEDGEMENT])
def test_what_only_the_file_knows_stays_inside(render: Renderer, request_: ResolvedRequest, kind: ReplyKind) -> None:
    from_file = replace(
        request_,
        site=on_file("secret-site.atlassian.net", "SEN-7654321"),
        sens=(Extracted("SEN-7654321"), on_file("SEN-9999999")),
        customer=Customer(company=on_file("Secret Holdings")),
        contact=AuthorizedContact(name=on_file("Secret Person"), email=on_file("secret@customer.example")),
        lines=(
            ResolvedLine(product=on_file("bitbucket"), plan=on_file("premium"), users=Extracted(100)),
            ResolvedLine(product=Extracted("trello"), plan=on_file("enterprise"), users=on_file(301)),
        ),
        currency="AUD",
        missing=("lines[0].plan", "authorized_contact.name"),
    )

    text = asked(render, from_file, kind=kind)

    told = ("SEN-7654321", "100 users", "Trello")
    kept = ("secret", "9999999", "Bitbucket", "Enterprise", "301", "AUD")
    assert [words for words in told if words not in text] == []
    assert [words for words in kept if words.lower() in text.lower()] == []


def test_a_reminder_repeats_what_is_missing(render: Renderer, request_: ResolvedRequest) -> None:
    text = asked(render, request_, kind=ReplyKind.REMINDER)

    assert "3 things are still missing" in text
    assert "2. Plan for Jira:" in text


def test_an_acknowledgement_gives_no_reason(render: Renderer, request_: ResolvedRequest) -> None:
    text = asked(render, request_, kind=ReplyKind.ACKNOWLEDGEMENT)

    assert "within 1–3 days" in re.sub(r"\s+", " ", text)
    assert "on file" not in text
