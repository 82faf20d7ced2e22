"""Values of the domain for tests of stores and services, each complete and plausible."""

import datetime as dt
import hashlib
from decimal import Decimal

from mailbot.domain.case import Fetched, MailboxKey
from mailbot.domain.decision import Action, Decision, Finding, Gravity, ResolvedLine, ResolvedRequest
from mailbot.domain.evidence import BODY, Evidence, Extracted, on_file
from mailbot.domain.file import Contact, Entitlement, PriceBook, Records, SiteFile, TaxRate
from mailbot.domain.message import Address, InboundMessage, Role, Segment, TextPart
from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.domain.quote import Formula, Party, Quote, QuoteLine, Step, Tax
from mailbot.domain.request import AuthorizedContact, Customer, Kind, Reason, Reseller

NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
MAILBOX = MailboxKey(account="quotes", folder="INBOX")
SENDER = "ana.lima@reseller.example"


def fetched(uid: int, raw: bytes | None = None) -> Fetched:
    """Return a small mail as the server gave it."""
    content = raw if raw is not None else b"Subject: quote %d\r\n\r\nHello" % uid
    return Fetched(uid=uid, raw=content, size=len(content), internal_date=NOW)


def inbound(
    message_id: str | None = "<first@reseller.example>",
    *,
    sender: str | None = SENDER,
    subject: str = "Quote for Jira",
    in_reply_to: str | None = None,
    references: tuple[str, ...] = (),
) -> InboundMessage:
    """Return a mail that asks for Jira."""
    body = "Please quote Jira Standard for 50 users on acme.atlassian.net."
    return InboundMessage(
        message_id=message_id,
        date="2026-11-02T09:00:00+00:00",
        sender=None if sender is None else Address(name="Ana Lima", email=sender),
        in_reply_to=in_reply_to,
        references=references,
        subject=TextPart(name="subject", text=subject),
        body=TextPart(name=BODY, text=body, segments=(Segment(role=Role.NEW, start=0, end=len(body)),)),
        language="en",
    )


def decision(action: Action = Action.QUOTE, *, language: str = "en") -> Decision:
    """Return a decision on that mail, with evidence, and for REVIEW with a finding and a draft."""
    findings = (Finding(reason=Reason.AMOUNT_LIMIT, gravity=Gravity.PERSON, path="lines[0].users", note="large"),)
    return Decision(
        action=action,
        language=language,
        findings=findings if action is Action.REVIEW else (),
        topics=("payment",),
        requests=(_resolved(),),
        quote=quote() if action in (Action.QUOTE, Action.REVIEW) else None,
    )


def quote() -> Quote:
    """Return a quote that was not issued yet."""
    amount = Decimal("4500.00")
    return Quote(
        number=None,
        revision=0,
        kind=Kind.EXISTING_SITE,
        currency="USD",
        lines=(
            QuoteLine(
                kind=Kind.EXISTING_SITE,
                product="jira",
                plan="standard",
                users=50,
                tier=50,
                sen=None,
                tier_before=None,
                plan_before=None,
                start=dt.date(2026, 11, 2),
                end=dt.date(2027, 11, 1),
                steps=(Step(formula=Formula.ANNUAL, annual=amount, annual_before=None, days=None, amount=amount),),
                amount=amount,
            ),
        ),
        subtotal=amount,
        tax=Tax(name="VAT", rate=Decimal("0.19"), amount=Decimal("855.00"), country="DE", region=""),
        total=Decimal("5355.00"),
        issued_on=dt.date(2026, 11, 2),
        valid_until=dt.date(2026, 12, 2),
        payment_methods=("credit_card", "bank_transfer"),
        reseller=Party(name="Ana Lima", email=SENDER, company="Reseller GmbH", billing_address=None),
        customer=Party(name=None, email=None, company="Acme", billing_address=None),
        contact_name="Joe Roe",
        contact_email="joe@acme.example",
        site="acme.atlassian.net",
        sens=("SEN-1234567",),
        price_book="2026-10",
        policy="2026-01-01",
    )


def outgoing(kind: ReplyKind = ReplyKind.QUOTE, *, to: str = SENDER, number: int = 1) -> OutgoingMessage:
    """Return a finished reply; `number` tells its Message-ID from others."""
    raw = b"Subject: Re: Quote for Jira\r\n\r\nHere it is"
    return OutgoingMessage(
        kind=kind,
        message_id=f"<reply-{number}@desk.example>",
        recipients=(to,),
        raw=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        subject="Re: Quote for Jira",
        language="en",
        text="Here it is",
    )


def records() -> Records:
    """Return two sites on file, one price list, one tax."""
    acme = (
        _entitlement("SEN-2000002", "acme.atlassian.net", "jira"),
        _entitlement("SEN-1000001", "acme.atlassian.net", "confluence"),
    )
    beta = (_entitlement("SEN-3000003", "beta.atlassian.net", "jira"),)
    joe = Contact(site="acme.atlassian.net", name="Joe Roe", email="Joe@Acme.example", role="technical")
    also_joe = Contact(site="beta.atlassian.net", name="Joe Roe", email="joe@acme.example", role="billing")
    return Records(
        price_book=PriceBook(
            version="2026-10",
            prices={("jira", "standard", "USD"): {50: Decimal("4500.00"), 100: Decimal("8150.50")}},
        ),
        sites={
            "acme.atlassian.net": SiteFile(site="acme.atlassian.net", entitlements=acme, contacts=(joe,)),
            "beta.atlassian.net": SiteFile(site="beta.atlassian.net", entitlements=beta, contacts=(also_joe,)),
        },
        sens={entitlement.sen: entitlement for entitlement in acme + beta},
        contact_sites={"joe@acme.example": frozenset({"acme.atlassian.net", "beta.atlassian.net"})},
        taxes=(TaxRate(country="DE", region="", rate=Decimal("0.19"), name="VAT"),),
    )


def _entitlement(sen: str, site: str, product: str) -> Entitlement:
    return Entitlement(
        sen=sen,
        site=site,
        customer="Acme",
        product=product,
        plan="standard",
        tier=50,
        currency="USD",
        end_date=dt.date(2027, 3, 31),
    )


def _resolved() -> ResolvedRequest:
    users = Evidence(message=0, part=BODY, start=31, end=33, text="50")
    return ResolvedRequest(
        kind=Kind.EXISTING_SITE,
        reseller=Reseller(name=Extracted("Ana Lima"), email=Extracted(SENDER), country="DE"),
        customer=Customer(),
        contact=AuthorizedContact(name=Extracted("Joe Roe")),
        site=Extracted("acme.atlassian.net"),
        sens=(on_file("SEN-1234567", "SEN-1234567"),),
        lines=(ResolvedLine(product=Extracted("jira"), plan=Extracted("standard"), users=Extracted(50, (users,))),),
        target_end_date=Extracted(dt.date(2027, 3, 31)),
        currency="USD",
        missing=("authorized_contact.email",),
    )
