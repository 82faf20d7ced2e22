"""Each reason for review holds when the policy says so, and not otherwise (policy section 4)."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from mailbot.domain.evidence import Extracted
from mailbot.domain.file import Contact, PriceBook, Records
from mailbot.domain.request import Customer, Kind, OneOf, Reason, Request, Reseller, UserRange
from mailbot.domain.term import add_years
from mailbot.handlers import decide
from mailbot.handlers.policy import RULES
from tests.handlers.making import (
    BOOK,
    CONFLUENCE,
    JANE,
    JIRA,
    JOHN,
    OZ,
    OZ_JIRA,
    PACK,
    RECORDS,
    TODAY,
    inquiry,
    line,
    mail,
    new_site,
    price_list,
    records_of,
    request,
    said,
    subscription,
)

RENEWAL, UPGRADE, EXISTING, CO_TERM = Kind.RENEWAL, Kind.UPGRADE, Kind.EXISTING_SITE, Kind.CO_TERM
LATER = dt.date(2027, 12, 31)
OTHER = "other.atlassian.net"


def reasons(*requests: Request, records: Records = RECORDS) -> set[str]:
    return set(decide(inquiry(*requests), mail(), records, PACK, TODAY).reasons)


def from_sender(email: str, asked: Request) -> Request:
    return replace(asked, reseller=Reseller(name=said("Some Body"), email=said(email)))


def test_every_reason_has_exactly_one_rule_in_the_order_of_the_policy() -> None:
    assert [rule.reason for rule in RULES] == list(Reason)


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (request(RENEWAL, site=OTHER), True),
        (request(RENEWAL, sens=("SEN-7777777",)), True),
        (request(RENEWAL, line("jira", sen="SEN-7777777")), True),
        (request(RENEWAL, site=None, sens=("SEN-7777777",)), True),
        (request(RENEWAL), False),
        (request(RENEWAL, site=None), False),
        (new_site(line("guard", users=10), site=said(OTHER)), False),
    ],
)
def test_unknown_site(asked: Request, holds: bool) -> None:
    assert ("unknown_site" in reasons(asked)) is holds


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (request(RENEWAL, email="stranger@acme.example"), True),
        (request(RENEWAL, email="mate@oz.example"), True),  # on file, but of another site
        (request(RENEWAL, email="JANE@Acme.example"), False),
        (request(RENEWAL, email=None), False),
        (request(RENEWAL, site=OTHER, email="stranger@acme.example"), False),
        (request(RENEWAL, contact="J. Roe-Miller"), False),
    ],
)
def test_contact_not_on_file(asked: Request, holds: bool) -> None:
    assert ("contact_not_on_file" in reasons(asked)) is holds


@pytest.mark.parametrize(
    ("name", "email", "holds"),
    [
        ("Jürgen Weiß", "jane@acme.example", True),
        ("WEISS, Jurgen", "jane@acme.example", True),
        ("Jane Roe", "john@acme.example", True),
        ("Jane Roe", "jane@acme.example", False),
        ("Roe Jane", "jane@acme.example", False),
        ("J. Roe", "jane@acme.example", False),
        ("Jane Miller", "jane@acme.example", False),  # nobody else on file
        ("Juergen Weiss", "john@acme.example", False),
        ("Jane Roe", "stranger@acme.example", False),  # the address is of nobody on file: another reason
    ],
)
def test_name_and_address_of_two_people_conflict(name: str, email: str, holds: bool) -> None:
    assert ("conflicting_values" in reasons(request(RENEWAL, contact=name, email=email))) is holds


def test_names_in_east_asian_script_are_compared_without_spaces() -> None:
    people = (
        Contact(site=JIRA.site, name="佐藤 健太", email="sato@acme.example", role="billing"),
        Contact(site=JIRA.site, name="陈静怡", email="chen@acme.example", role="billing"),
    )
    records = records_of(JIRA, contacts=people)
    assert "conflicting_values" in reasons(
        request(RENEWAL, contact="佐藤健太", email="chen@acme.example"), records=records
    )
    assert reasons(request(RENEWAL, contact="佐藤健太", email="sato@acme.example"), records=records) == set()


def test_two_people_of_one_name_do_not_conflict() -> None:
    twin = Contact(site=JIRA.site, name="Jane Roe", email="jane.roe@acme.example", role="technical")
    assert reasons(request(RENEWAL), records=records_of(JIRA, contacts=(JANE, JOHN, twin))) == set()


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (request(RENEWAL, sens=(OZ_JIRA.sen,)), True),  # a SEN of another site
        (request(RENEWAL, sens=(JIRA.sen,)), False),
        (request(RENEWAL, line("confluence", sen=JIRA.sen)), True),
        (request(RENEWAL, line("confluence"), sens=(JIRA.sen,)), True),
        (request(UPGRADE, line("guard", users=80), sens=(JIRA.sen,)), True),
        (request(EXISTING, line("guard", users=80), sens=(JIRA.sen,)), False),  # the SEN only names the site
        (request(RENEWAL, line("jira"), line("confluence"), sens=(JIRA.sen,)), False),
        (request(RENEWAL, line("guard", users=80)), True),  # nothing of it to renew
        (request(RENEWAL, line("jira"), line("guard", users=80)), False),  # renewed, and added
        (request(EXISTING, line("guard", users=80), currency="AUD"), True),
        (request(EXISTING, line("guard", users=80), currency="USD"), False),
        (request(EXISTING, line("guard", users=80), line("guard", users=100)), True),
        (new_site(line("guard", users=80), line("guard", users=80)), True),
        (new_site(line("guard", users=80), currency=said("AUD")), False),
    ],
)
def test_conflicting_values(asked: Request, holds: bool) -> None:
    assert ("conflicting_values" in reasons(asked)) is holds


def test_a_plan_that_stands_beside_another_product_conflicts_with_the_file() -> None:
    shared = replace(line("jira", plan="premium", users=100), plan_shared=True)
    other = line("confluence", plan="premium", users=200)
    assert "conflicting_values" in reasons(request(UPGRADE, shared, other))
    assert "conflicting_values" not in reasons(request(UPGRADE, replace(shared, plan_shared=False), other))


def test_subscriptions_in_two_currencies_conflict() -> None:
    mixed = records_of(JIRA, subscription("SEN-1000008", "guard", 10, LATER, currency="AUD"))
    assert reasons(request(RENEWAL), records=mixed) == {"conflicting_values"}
    assert reasons(request(RENEWAL, line("jira")), records=mixed) == set()


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (request(UPGRADE, line("jira", users=OneOf((80, 90)))), True),
        (request(UPGRADE, line("jira", users=UserRange(60, 80))), True),
        (request(UPGRADE, line("jira", users=UserRange(51, 100))), False),
        (request(UPGRADE, line(users=UserRange(60, 80))), True),  # whatever the product is
        (request(UPGRADE, line(users=UserRange(51, 100))), False),
        (request(RENEWAL, line("jira", from_users=40)), False),  # the tier on file covers it
        (request(RENEWAL, line("jira", from_users=90)), True),  # or is that what is wanted?
        (request(Kind.EXISTING_SITE, line("guard", users=10, from_users=45)), True),
    ],
)
def test_ambiguous_quantity(asked: Request, holds: bool) -> None:
    assert ("ambiguous_quantity" in reasons(asked)) is holds


def test_a_product_that_runs_twice_is_ambiguous_until_a_sen_chooses() -> None:
    second = subscription("SEN-1000008", "jira", 25, LATER)
    records = records_of(JIRA, second)
    assert reasons(request(UPGRADE, line("jira", users=80)), records=records) == {"ambiguous_product"}
    assert reasons(request(UPGRADE, line("jira", users=80), sens=(second.sen,)), records=records) == set()


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (request(EXISTING, line(unknown="ScriptRunner", users=10)), True),
        (request(EXISTING, line("guard", users=10, unknown="Ultimate")), True),
        (request(EXISTING, line("trello", "standard", 10)), True),
        (request(EXISTING, line("guard", "premium", 10)), True),
        (new_site(line("jira", "enterprise", 10)), True),
        (new_site(line("jira", "premium", 10)), False),
    ],
)
def test_unknown_product(asked: Request, holds: bool) -> None:
    assert ("unknown_product" in reasons(asked)) is holds


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (request(RENEWAL), True),
        (request(UPGRADE, line("jira", users=80)), True),
        (request(RENEWAL, line("jira", users=80)), False),  # the price of the old tier is not needed
    ],
)
def test_a_tier_on_file_that_is_not_sold_is_never_guessed(asked: Request, holds: bool) -> None:
    odd = records_of(subscription("SEN-1000008", "jira", 75, LATER))
    assert ("unknown_product" in reasons(asked, records=odd)) is holds


ACME_RENEWAL, OZ_RENEWAL = request(RENEWAL), request(RENEWAL, site=OZ, email="mate@oz.example", contact=None)


def company(name: str, asked: Request) -> Request:
    return replace(asked, customer=replace(asked.customer, company=said(name)))


@pytest.mark.parametrize(
    ("requests", "holds"),
    [
        ((ACME_RENEWAL, OZ_RENEWAL), True),
        ((ACME_RENEWAL, new_site(line("guard", users=10))), True),
        ((request(RENEWAL, site=None, sens=(JIRA.sen, OZ_JIRA.sen)),), True),
        (
            (company("Alpha", new_site(line("guard", users=10))), company("Beta", new_site(line("guard", users=10)))),
            True,
        ),
        (
            (
                company("Acme Inc.", request(RENEWAL, sens=(JIRA.sen,))),
                company("Acme", request(RENEWAL, sens=(CONFLUENCE.sen,))),
            ),
            False,
        ),
        ((ACME_RENEWAL, Request(kind=Kind.DATA_CENTER, customer=Customer(company=said("Gamma")))), False),
        ((ACME_RENEWAL,), False),
    ],
)
def test_multiple_customers(requests: tuple[Request, ...], holds: bool) -> None:
    assert ("multiple_customers" in reasons(*requests)) is holds


@pytest.mark.parametrize(("users", "holds"), [(201, True), (200, False), (0, True), (-1, True), (1, False)])
def test_quantity_out_of_range(users: int, holds: bool) -> None:
    assert ("quantity_out_of_range" in reasons(new_site(line("guard", users=users)))) is holds


def test_a_quantity_is_judged_in_the_currency_of_the_quote() -> None:
    small = {tier: price for tier, price in price_list(60).items() if tier <= 50}
    book = PriceBook(version="t", prices={**BOOK.prices, ("guard", "standard", "AUD"): small})
    asked = new_site(line("guard", users=80), currency=said("AUD"))
    assert reasons(asked, records=records_of(book=book)) == {"quantity_out_of_range"}


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (request(UPGRADE, line("jira", users=25)), True),
        (request(EXISTING, line("jira", users=25)), True),
        (request(UPGRADE, line("confluence", "standard", 100)), True),
        (request(UPGRADE, line("confluence", "standard", 200)), True),
        (request(UPGRADE, line("jira", "premium", 25)), True),
        (request(CO_TERM, line("jira", users=25), target=LATER), True),
        (request(RENEWAL, line("jira", users=25)), False),
        (request(RENEWAL, line("confluence", "standard", 25)), False),
        (request(UPGRADE, line("jira", users=30)), False),
        (request(UPGRADE, line("jira", users=20, from_users=15)), False),
    ],
)
def test_downgrade(asked: Request, holds: bool) -> None:
    assert ("downgrade" in reasons(asked)) is holds


def test_an_ended_subscription_can_be_bought_smaller() -> None:
    ended = records_of(replace(JIRA, end_date=TODAY - dt.timedelta(days=1)))
    assert reasons(request(EXISTING, line("jira", users=10)), records=ended) == set()


def test_nothing_is_paid_back_when_the_price_book_has_the_higher_tier_for_less() -> None:
    odd = PriceBook(version="t", prices={("jira", "standard", "USD"): {50: Decimal(500), 100: Decimal(400)}})
    asked = request(UPGRADE, line("jira", users=80))
    assert reasons(asked, records=records_of(JIRA, book=odd)) == {"downgrade"}


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (from_sender("jane@acme.example", request(RENEWAL)), True),
        (from_sender("Jane@ACME.example", request(RENEWAL)), True),
        (from_sender("jane@acme.example", request(RENEWAL, site=None)), True),
        (from_sender("jane@acme.example", request(RENEWAL, site=None, sens=(JIRA.sen,))), True),
        (from_sender("mate@oz.example", request(RENEWAL)), False),  # contact of another customer's site
        (from_sender("jane@acme.example", request(RENEWAL, site=OTHER)), False),
        (request(RENEWAL), False),
    ],
)
def test_direct_customer(asked: Request, holds: bool) -> None:
    assert ("direct_customer" in reasons(asked)) is holds


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (new_site(line("guard", users=10), currency=said("EUR")), True),
        (request(RENEWAL, currency="EUR"), True),
        (new_site(line("jira", "premium", 10), currency=said("AUD")), True),  # only its USD price is known
        (new_site(line("jira", "standard", 10), currency=said("AUD")), False),
    ],
)
def test_unsupported_currency(asked: Request, holds: bool) -> None:
    assert ("unsupported_currency" in reasons(asked)) is holds


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (request(RENEWAL, months=Extracted(36)), True),
        (request(RENEWAL, months=Extracted(6)), True),
        (request(RENEWAL, months=Extracted(12)), False),
        (request(CO_TERM, target=LATER, months=Extracted(13)), False),
        (request(CO_TERM, months=Extracted(24)), True),
        (request(EXISTING, line("guard", users=10), target=LATER), True),
        (request(UPGRADE, line("jira", users=80), target=JIRA.end_date), False),
    ],
)
def test_unsupported_term(asked: Request, holds: bool) -> None:
    assert ("unsupported_term" in reasons(asked)) is holds


@pytest.mark.parametrize(
    ("target", "holds"),
    [
        (TODAY, True),
        (TODAY - dt.timedelta(days=1), True),
        (JIRA.end_date, True),  # before the end of Confluence
        (CONFLUENCE.end_date - dt.timedelta(days=1), True),
        (CONFLUENCE.end_date, False),
        (add_years(TODAY, 3), False),
        (add_years(TODAY, 3) + dt.timedelta(days=1), True),
    ],
)
def test_invalid_date(target: dt.date, holds: bool) -> None:
    assert ("invalid_date" in reasons(request(CO_TERM, target=target))) is holds


def test_a_co_term_of_some_subscriptions_minds_the_end_of_these_alone() -> None:
    assert reasons(request(CO_TERM, line("jira"), target=JIRA.end_date)) == {"co_term_review"}


@pytest.mark.parametrize(("days", "holds"), [(0, True), (1, False)])
def test_a_co_term_of_something_new_ends_after_today(days: int, holds: bool) -> None:
    asked = request(CO_TERM, line("guard", users=10), target=TODAY + dt.timedelta(days=days))
    assert ("invalid_date" in reasons(asked)) is holds


def test_a_discount_that_is_claimed_is_verified() -> None:
    assert reasons(request(RENEWAL, discount_claim=said("academic"))) == {"discount_claim"}


@pytest.mark.parametrize(("price", "holds"), [("100000.00", False), ("100000.01", True)])
def test_amount_limit(price: str, holds: bool) -> None:
    book = PriceBook(version="t", prices={("guard", "standard", "USD"): {10: Decimal(price)}})
    assert ("amount_limit" in reasons(new_site(line("guard", users=10)), records=records_of(book=book))) is holds


def test_a_currency_without_a_limit_never_goes_out_by_itself() -> None:
    book = PriceBook(version="t", prices={("guard", "standard", "EUR"): {10: Decimal(1)}})
    asked = new_site(line("guard", users=10), currency=said("EUR"))
    assert reasons(asked, records=records_of(book=book)) == {"amount_limit"}


def test_a_finding_says_where_and_on_what_it_rests() -> None:
    evidence = said(OTHER)
    assert evidence is not None
    [finding] = decide(inquiry(request(RENEWAL, site=OTHER)), mail(), RECORDS, PACK, TODAY).findings
    assert (finding.reason, finding.path, finding.evidence) == (Reason.UNKNOWN_SITE, "site", evidence.evidence)
    assert OTHER in finding.note
