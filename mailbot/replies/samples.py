"""What leads to a reply of each kind, for looking at: decisions, mails, quotes. All people are invented."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from mailbot.domain.decision import Action, CoveredLine, Decision, Finding, Gravity, ResolvedLine, ResolvedRequest
from mailbot.domain.evidence import Extracted
from mailbot.domain.message import Address, Attachment, Desk, InboundMessage, TextPart, Unreadable
from mailbot.domain.outgoing import ReplyKind
from mailbot.domain.quote import Formula, Party, Quote, QuoteLine, ReplacedLine, ReplacedQuote, Step, Tax
from mailbot.domain.request import AuthorizedContact, Customer, Kind, Reason, Reseller
from mailbot.domain.seller import Seller

SAMPLE_SELLER = Seller(
    name="Northwind Cloud Software Ltd",
    email="quotes@seller.example",
    address=("1 Harbour Street", "Sydney NSW 2000, Australia"),
    phone="+61 2 5550 0100",
    website="www.seller.example",
    tax_id="ABN 00 000 000 000",
    bank=(
        "Harbour Bank, Sydney",
        "Account: Northwind Cloud Software Ltd",
        "IBAN: AU00 0000 0000 0000 00",
        "BIC: HARBAU2S",
    ),
    form_url="https://www.seller.example/quote",
    payment_url="https://www.seller.example/pay",
    trial_url="https://www.seller.example/try",
    support_url="https://support.seller.example",
)
SAMPLE_DESK = Desk(address=SAMPLE_SELLER.email, name="Quote desk")

TODAY = dt.date(2026, 11, 5)
ALL_TOPICS = (
    "reseller_program", "how_to_quote", "how_to_renew_or_upgrade", "manual_review", "two_tier", "co_term", "monthly",
    "trial", "license_keys", "reseller_discount", "discounts", "payment", "delivery", "refund", "tax",
    "self_managed_licensing", "maintenance", "support", "data_center", "server", "already_covered",
)  # fmt: skip
"""The topics of policy section 7."""

SAMPLE_MAIL = "sales@reseller.example"

SAMPLE_WORDS = "Thank you for your patience.\n\nWe have checked the order with the customer.\nThe site moves in March."


def sample_decision(kind: ReplyKind, language: str, people: Mapping[str, str]) -> Decision:
    """Return a decision that leads to a reply of this kind."""
    match kind:
        case ReplyKind.QUOTE | ReplyKind.REMINDER:
            return Decision(
                action=Action.QUOTE,
                language=language,
                requests=(sample_request(people),),
                quote=sample_quote(people),
                topics=("support",),
            )
        case ReplyKind.ASK:
            return Decision(
                action=Action.ASK, language=language, requests=(incomplete_request(people),), topics=("refund",)
            )
        case ReplyKind.ANSWER:
            covered = CoveredLine(product="confluence", plan="standard", users=80, tier=100)
            return Decision(action=Action.ANSWER, language=language, topics=ALL_TOPICS, covered=(covered,))
        case ReplyKind.ACKNOWLEDGEMENT | ReplyKind.DECLINE | ReplyKind.STAFF:
            finding = Finding(reason=Reason.UNREADABLE_ATTACHMENT, gravity=Gravity.AMBIGUOUS)
            return Decision(
                action=Action.REVIEW, language=language, requests=(sample_request(people),), findings=(finding,)
            )


def sample_message(people: Mapping[str, str], language: str) -> InboundMessage:
    """Return the mail that the samples answer; its attachment could not be read."""
    unread = Attachment(
        filename="order-2026.xlsx",
        content_type="application/octet-stream",
        size=0,
        md5="",
        content=b"",
        unreadable=Unreadable.ENCRYPTED,
    )
    return InboundMessage(
        message_id="<sample-1@reseller.example>",
        date="2026-11-05T08:12:00+00:00",
        sender=Address(name=people["reseller"], email=SAMPLE_MAIL),
        subject=TextPart(name="subject", text=people["subject"]),
        body=TextPart(name="body", text=""),
        attachments=(unread,),
        language=language,
    )


def sample_request(people: Mapping[str, str]) -> ResolvedRequest:
    """Return a complete request for products on an existing site."""
    return ResolvedRequest(
        kind=Kind.UPGRADE,
        reseller=_reseller(people),
        customer=Customer(company=Extracted(people["customer_company"])),
        contact=AuthorizedContact(name=Extracted(people["customer"]), email=Extracted("it@customer.example")),
        site=Extracted("sample-customer.atlassian.net"),
        sens=(Extracted("SEN-0000001"),),
        lines=(
            ResolvedLine(product=Extracted("jira"), plan=Extracted("standard"), users=Extracted(80)),
            ResolvedLine(product=Extracted("jira-service-management"), plan=Extracted("premium"), users=Extracted(25)),
        ),
        target_end_date=None,
        currency="USD",
        missing=(),
    )


def incomplete_request(people: Mapping[str, str]) -> ResolvedRequest:
    """Return a request that lacks a contact's e-mail, a plan and a count."""
    return ResolvedRequest(
        kind=Kind.EXISTING_SITE,
        reseller=_reseller(people),
        customer=Customer(company=Extracted(people["customer_company"])),
        contact=AuthorizedContact(name=Extracted(people["customer"])),
        site=Extracted("sample-customer.atlassian.net"),
        sens=(),
        lines=(
            ResolvedLine(product=Extracted("jira"), plan=None, users=Extracted(80)),
            ResolvedLine(product=Extracted("jira-service-management"), plan=Extracted("premium"), users=None),
        ),
        target_end_date=None,
        currency=None,
        missing=("authorized_contact.email", "lines[0].plan", "lines[1].users"),
    )


def sample_quote(people: Mapping[str, str]) -> Quote:
    """Return a quote with one line of each formula, in its second revision."""
    end = dt.date(2027, 3, 31)
    upgrade = Step(
        formula=Formula.DIFFERENCE,
        annual=Decimal("14700.00"),
        annual_before=Decimal("8150.00"),
        days=146,
        amount=Decimal("2620.00"),
    )
    annual = Step(
        formula=Formula.ANNUAL, annual=Decimal("5750.00"), annual_before=None, days=None, amount=Decimal("5750.00")
    )
    lines = (
        QuoteLine(
            kind=Kind.UPGRADE,
            product="jira",
            plan="standard",
            users=80,
            tier=100,
            sen="SEN-0000001",
            tier_before=50,
            plan_before="standard",
            start=TODAY,
            end=end,
            steps=(upgrade,),
            amount=upgrade.amount,
        ),
        QuoteLine(
            kind=Kind.EXISTING_SITE,
            product="jira-service-management",
            plan="premium",
            users=25,
            tier=25,
            sen=None,
            tier_before=None,
            plan_before=None,
            start=TODAY,
            end=dt.date(2027, 11, 4),
            steps=(annual,),
            amount=annual.amount,
        ),
    )
    subtotal = Decimal("8370.00")
    tax = Tax(name="VAT", rate=Decimal("0.20"), amount=Decimal("1674.00"), country=people["country"], region="")
    return Quote(
        number="Q-2026-00318",
        revision=2,
        kind=Kind.EXISTING_SITE,
        currency="USD",
        lines=lines,
        subtotal=subtotal,
        tax=tax,
        total=subtotal + tax.amount,
        issued_on=TODAY,
        valid_until=dt.date(2026, 12, 5),
        payment_methods=("credit_card", "paypal", "bank_transfer", "check", "ach", "net_30"),
        reseller=Party(
            name=people["reseller"], email=SAMPLE_MAIL, company=people["company"], billing_address=people["address"]
        ),
        customer=Party(
            name=people["customer"],
            email="it@customer.example",
            company=people["customer_company"],
            billing_address=people["customer_address"],
        ),
        contact_name=people["customer"],
        contact_email="it@customer.example",
        site="sample-customer.atlassian.net",
        sens=("SEN-0000001",),
        price_book="2026-10",
        policy="2026-07-01",
        replaces="Q-2026-00318/1",
        replaced=ReplacedQuote(
            currency="USD",
            lines=(ReplacedLine(product="jira", plan="standard", users=70, amount=Decimal("1310.00")),),
            total=Decimal("1572.00"),
            valid_until=TODAY + dt.timedelta(days=12),
        ),
    )


def _reseller(people: Mapping[str, str]) -> Reseller:
    return Reseller(
        name=Extracted(people["reseller"]),
        email=Extracted(SAMPLE_MAIL),
        company=Extracted(people["company"]),
        billing_address=Extracted(people["address"]),
        country=people["country"],
    )
