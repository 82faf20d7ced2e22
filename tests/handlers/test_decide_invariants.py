"""Whatever a request says, the decision keeps the order of the policy, and no quote goes out on doubtful ground."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.decision import Action, Gravity
from mailbot.domain.evidence import Extracted
from mailbot.domain.request import (
    AuthorizedContact,
    Customer,
    Doubt,
    Inquiry,
    Kind,
    MoreUsers,
    OneOf,
    Reason,
    Request,
    RequestLine,
    Reseller,
    UserRange,
    Users,
)
from mailbot.handlers import decide, lookups
from tests.handlers.making import CONFLUENCE, JIRA, OZ_JIRA, PACK, RECORDS, TODAY, mail, records_of, subscription

RECORDS_WITH_ENDED = records_of(
    JIRA,
    CONFLUENCE,
    OZ_JIRA,
    subscription("SEN-1000006", "guard", 25, TODAY - dt.timedelta(days=10)),
    subscription("SEN-1000007", "jira-product-discovery", 25, TODAY + dt.timedelta(days=10)),
)


def maybe(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | values.map(Extracted)


def one(*texts: str) -> st.SearchStrategy[object]:
    return maybe(st.sampled_from(texts))


counts = st.integers(-2, 250)
sens = st.sampled_from(["SEN-1000001", "SEN-1000002", "SEN-1000003", "SEN-1000006", "SEN-7777777"])
people = one("Jane Roe", "Jürgen Weiß", "佐藤 健太")
emails = one("jane@acme.example", "john@acme.example", "mate@oz.example", "x@reseller.example")
paths = st.sampled_from(
    ["", "site", "lines", "lines[0]", "lines[0].users", "lines[1].plan", "currency", "target_end_date"]
)
quantities = (
    counts.map(Users)
    | counts.map(MoreUsers)
    | st.builds(UserRange, counts, counts)
    | st.builds(OneOf, st.tuples(counts, counts))
)
lines = st.builds(
    RequestLine,
    product=one("jira", "confluence", "guard", "trello", "jira-product-discovery"),
    plan=one("standard", "premium", "enterprise"),
    quantity=maybe(quantities),
    from_users=maybe(counts),
    unknown=st.none() | st.just(Extracted("ScriptRunner")),
    sen=st.none() | sens.map(Extracted),
)
requests = st.builds(
    Request,
    kind=st.sampled_from(Kind),
    reseller=st.builds(
        Reseller,
        name=people,
        email=emails,
        billing_address=one("1 Main Street, Austin"),
        country=st.sampled_from([None, "US", "AU", "DE"]),
        region=st.sampled_from([None, "TX"]),
    ),
    customer=st.builds(
        Customer, name=people, email=emails, company=one("Acme", "Beta"), billing_address=one("2 Side Road, Leeds")
    ),
    contact=st.builds(AuthorizedContact, name=people, email=emails),
    site=one("acme.atlassian.net", "oz.atlassian.net", "other.atlassian.net"),
    sens=st.lists(sens.map(Extracted), max_size=2).map(tuple),
    lines=st.lists(lines, max_size=3).map(tuple),
    unchanged=st.booleans(),
    target_end_date=maybe(st.dates(TODAY - dt.timedelta(days=5), TODAY + dt.timedelta(days=1500))),
    currency=one("USD", "AUD", "EUR"),
    months=maybe(st.sampled_from([12, 36])),
    discount_claim=one("academic"),
    doubts=st.lists(st.builds(Doubt, reason=st.sampled_from(Reason), path=paths), max_size=1).map(tuple),
)
inquiries = st.builds(
    Inquiry,
    language=st.just("en"),
    requests=st.lists(requests, max_size=2).map(tuple),
    topics=st.lists(st.sampled_from(["payment", "tax"]).map(Extracted), max_size=2).map(tuple),
    wants_quote=st.booleans(),
    sender_unauthenticated=st.booleans(),
)


@settings(max_examples=1000, deadline=None)
@given(asked=inquiries)
def test_every_decision_keeps_the_order(asked: Inquiry) -> None:
    decision = decide(asked, mail(), RECORDS_WITH_ENDED, PACK, TODAY)
    gravities = {finding.gravity for finding in decision.findings}
    quoted = [resolved for resolved in decision.requests if resolved.kind.is_quoted and asked.wants_quote]
    if decision.action is Action.QUOTE:
        assert decision.quote is not None
        assert not decision.findings
        assert not any(resolved.missing for resolved in quoted)
    if decision.quote is not None:
        assert gravities <= {Gravity.PERSON}
        assert all(priced.amount >= 0 and priced.tier >= priced.users >= 1 for priced in decision.quote.lines)
        assert len({resolved.currency for resolved in quoted}) == 1
        assert decision.quote.subtotal == sum(priced.amount for priced in decision.quote.lines)
    if decision.action is Action.ASK:
        assert any(resolved.missing for resolved in quoted)
    if decision.action is Action.ANSWER:
        assert decision.topics
        assert not any(resolved.missing for resolved in quoted)
    if decision.action is Action.REVIEW:
        assert decision.findings
        assert decision.reasons != ("unrecognised",) or not quoted  # what is complete has a price or a reason
    assert decision.acknowledge is (Gravity.SILENT not in gravities)
    assert decision.acknowledge or decision.action is Action.REVIEW


@settings(max_examples=200, deadline=None)
@given(asked=inquiries)
def test_the_records_that_are_looked_up_are_enough(asked: Inquiry) -> None:
    sites, sens_named, senders = lookups(asked)
    wanted = {*sites, *(RECORDS.sens[sen].site for sen in sens_named if sen in RECORDS.sens)}
    part = type(RECORDS)(
        price_book=RECORDS.price_book,
        sites={site: file for site, file in RECORDS.sites.items() if site in wanted},
        sens={sen: held for sen, held in RECORDS.sens.items() if sen in sens_named},
        contact_sites={email: named for email, named in RECORDS.contact_sites.items() if email in senders},
    )
    assert decide(asked, mail(), part, PACK, TODAY) == decide(asked, mail(), RECORDS, PACK, TODAY)
