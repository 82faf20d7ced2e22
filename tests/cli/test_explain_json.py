"""The JSON of `explain`: the contract's keys, in its order, with its forms of values."""

import datetime as dt
from decimal import Decimal

from mailbot.cli.explain_json import decision_object
from mailbot.cli.explain_page import decision_page
from mailbot.domain.decision import Action, Decision, Finding, Gravity, ResolvedLine, ResolvedRequest
from mailbot.domain.evidence import Evidence, Extracted, on_file
from mailbot.domain.message import Address, InboundMessage, Role, Segment, TextPart
from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.domain.quote import Formula, Party, Quote, QuoteLine, Step, Tax
from mailbot.domain.request import AuthorizedContact, Customer, Kind, Reason, Reseller

BODY = "Jira, 80 users please, for acme.atlassian.net\n"
SITE = Extracted("acme.atlassian.net", (Evidence(message=0, part="body", start=27, end=45, text="acme.atlassian.net"),))
USERS = Extracted(80, (Evidence(message=0, part="body", start=6, end=14, text="80 users"),))
NOBODY = Party(name=None, email=None, company=None, billing_address=None)


def request(**changes):
    values = {
        "kind": Kind.UPGRADE,
        "reseller": Reseller(name=Extracted("Ann Lee"), email=Extracted("ann@reseller.example")),
        "customer": Customer(),
        "contact": AuthorizedContact(),
        "site": SITE,
        "sens": (on_file("SEN-1234567", "SEN-1234567"),),
        "lines": (ResolvedLine(product=Extracted("jira"), plan=on_file("standard", "SEN-1234567"), users=USERS),),
        "target_end_date": Extracted(dt.date(2027, 3, 31)),
        "currency": "USD",
        "missing": ("authorized_contact.name",),
    }
    return ResolvedRequest(**{**values, **changes})


def quote():
    step = Step(
        formula=Formula.DIFFERENCE,
        annual=Decimal("8150.00"),
        annual_before=Decimal("4100.00"),
        days=131,
        amount=Decimal("1453.56"),
    )
    line = QuoteLine(
        kind=Kind.UPGRADE,
        product="jira",
        plan="standard",
        users=80,
        tier=100,
        sen="SEN-1234567",
        tier_before=50,
        plan_before="standard",
        start=dt.date(2026, 11, 20),
        end=dt.date(2027, 3, 31),
        steps=(step,),
        amount=Decimal("1453.56"),
    )
    return Quote(
        number=None,
        revision=0,
        kind=Kind.UPGRADE,
        currency="USD",
        lines=(line,),
        subtotal=Decimal("1453.56"),
        tax=Tax(name="GST", rate=Decimal("0.1"), amount=Decimal("145.4"), country="AU", region=""),
        total=Decimal(1599),
        issued_on=dt.date(2026, 11, 20),
        valid_until=dt.date(2026, 12, 20),
        payment_methods=("credit_card", "ach"),
        reseller=NOBODY,
        customer=NOBODY,
        contact_name=None,
        contact_email=None,
        site="acme.atlassian.net",
        sens=("SEN-1234567",),
        price_book="1",
        policy="1",
    )


def reply():
    return OutgoingMessage(
        kind=ReplyKind.QUOTE,
        message_id="<1@seller.example>",
        recipients=("ann@reseller.example",),
        raw=b"",
        sha256="",
        subject="Re: Jira",
        language="en",
        text="Hello Ann",
    )


def message():
    return InboundMessage(
        message_id="<a@b>",
        date="2026-11-20T10:00:00+00:00",
        sender=Address(name="Ann Lee", email="ann@reseller.example"),
        subject=TextPart(name="subject", text="Jira"),
        body=TextPart(name="body", text=BODY, segments=(Segment(role=Role.NEW, start=0, end=len(BODY)),)),
        language="en",
    )


def test_the_keys_are_those_of_the_contract_in_its_order():
    found = decision_object("x", Decision(action=Action.QUOTE, language="en", requests=(request(),)), reply())
    assert list(found)[:9] == [
        "path", "language", "action", "reasons", "topics", "requests", "quote", "evidence", "reply",
    ]  # fmt: skip
    assert list(found["requests"][0]) == [
        "kind", "reseller", "customer", "authorized_contact", "site", "sens", "lines", "target_end_date", "currency",
        "missing",
    ]  # fmt: skip


def test_a_request_shows_known_values_and_null_for_the_others():
    (found,) = decision_object("x", Decision(action=Action.ASK, language="en", requests=(request(),)), None)["requests"]
    assert found == {
        "kind": "upgrade",
        "reseller": {
            "name": "Ann Lee",
            "email": "ann@reseller.example",
            "company": None,
            "billing_address": None,
        },
        "customer": {"name": None, "email": None, "company": None, "billing_address": None},
        "authorized_contact": {"name": None, "email": None},
        "site": "acme.atlassian.net",
        "sens": ["SEN-1234567"],
        "lines": [{"product": "jira", "plan": "standard", "users": 80}],
        "target_end_date": "2027-03-31",
        "currency": "USD",
        "missing": ["authorized_contact.name"],
    }


def test_evidence_is_keyed_by_path_and_says_what_came_from_the_file():
    evidence = decision_object("x", Decision(action=Action.ASK, language="en", requests=(request(),)), None)["evidence"]
    assert evidence["requests[0].site"] == [
        {"message": 0, "part": "body", "start": 27, "end": 45, "text": "acme.atlassian.net"}
    ]
    assert evidence["requests[0].lines[0].plan"][0]["part"] == "file"
    assert "requests[0].customer.name" not in evidence


def test_a_quote_has_amounts_with_two_places():
    found = decision_object("x", Decision(action=Action.QUOTE, language="en", quote=quote()), None)["quote"]
    assert found == {
        "currency": "USD",
        "lines": [
            {
                "product": "jira",
                "plan": "standard",
                "users": 80,
                "tier": 100,
                "start": "2026-11-20",
                "end": "2027-03-31",
                "amount": "1453.56",
            }
        ],
        "subtotal": "1453.56",
        "tax": {"name": "GST", "rate": "0.1", "amount": "145.40"},
        "total": "1599.00",
        "valid_until": "2026-12-20",
        "payment_methods": ["credit_card", "ach"],
    }


def test_reasons_are_listed_once_and_the_findings_follow():
    finding = Finding(reason=Reason.CO_TERM_REVIEW, gravity=Gravity.PERSON, note="every co-term")
    found = decision_object("x", Decision(action=Action.REVIEW, language="en", findings=(finding, finding)), None)
    assert found["reasons"] == ["co_term_review"]
    assert found["reply"] is None
    assert found["findings"][0]["note"] == "every co-term"


def test_an_ignored_mail_names_the_kind_of_machine():
    decision = Decision(action=Action.IGNORE, language="en", ignored_as="auto-submitted", acknowledge=False)
    assert decision_object("x", decision, None)["reasons"] == ["auto-submitted"]


def test_the_page_marks_the_words_shows_the_sum_and_the_reply():
    decision = Decision(action=Action.QUOTE, language="en", requests=(request(),), quote=quote())
    page = decision_page("mail.eml", decision, [message()], reply())
    assert "Jira, «80 users» please, for «acme.atlassian.net»" in page
    assert "(8,150.00 - 4,100.00) x 131 / 365 = 1,453.56" in page
    assert "missing: authorized_contact.name" in page
    assert "Hello Ann" in page


def test_the_page_of_a_silent_review_says_that_nothing_goes_out():
    finding = Finding(reason=Reason.REPLY_TO_MISMATCH, gravity=Gravity.SILENT, note="another domain")
    decision = Decision(action=Action.REVIEW, language="en", findings=(finding,), acknowledge=False)
    page = decision_page("mail.eml", decision, [message()], None)
    assert "REVIEW (reply_to_mismatch)" in page
    assert "another domain" in page
    assert "No reply" in page
