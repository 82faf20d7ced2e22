"""What the file adds to a request, and what it must not add (policy section 2, field rules)."""

import datetime as dt

import pytest

from mailbot.domain.decision import ResolvedRequest
from mailbot.domain.file import Records
from mailbot.domain.request import Doubt, Kind, MoreUsers, OneOf, Reason, Request, UserRange
from mailbot.handlers.completion import complete
from tests.handlers.making import (
    ACME,
    CONFLUENCE,
    JIRA,
    PACK,
    RECORDS,
    TODAY,
    line,
    new_site,
    records_of,
    request,
    said,
    subscription,
)


def resolve(asked: Request, records: Records = RECORDS) -> ResolvedRequest:
    return complete(asked, records, PACK, TODAY).resolved


def lines_of(asked: Request, records: Records = RECORDS) -> list[tuple[str | None, str | None, int | None]]:
    return [
        (
            resolved.product.value if resolved.product else None,
            resolved.plan.value if resolved.plan else None,
            resolved.users.value if resolved.users else None,
        )
        for resolved in resolve(asked, records).lines
    ]


WHOLE_SITE = [("jira", "standard", 50), ("confluence", "premium", 100)]


def test_a_renewal_without_lines_takes_what_is_active_or_ended_lately() -> None:
    lately = subscription("SEN-1000004", "guard", 25, TODAY - dt.timedelta(days=60))
    long_ago = subscription("SEN-1000005", "guard", 10, TODAY - dt.timedelta(days=61))
    records = records_of(JIRA, CONFLUENCE, lately, long_ago)
    assert lines_of(request(Kind.RENEWAL), records) == [*WHOLE_SITE, ("guard", "standard", 25)]


def test_what_only_repeats_the_file_is_left_out_beside_what_changes() -> None:
    grows, stays = line("jira", users=100), line("confluence", plan="premium", users=100)
    assert lines_of(request(Kind.UPGRADE, grows, stays)) == [("jira", "standard", 100)]
    assert lines_of(request(Kind.UPGRADE, stays)) == [("confluence", "premium", 100)]


def test_a_renewal_of_all_that_changes_in_part_takes_the_rest_as_it_is() -> None:
    asked = request(Kind.RENEWAL, line("jira", users=100), with_rest=True)
    assert lines_of(asked) == [("jira", "standard", 100), ("confluence", "premium", 100)]


def test_a_co_term_without_lines_takes_what_is_active() -> None:
    ended = subscription("SEN-1000004", "guard", 25, TODAY - dt.timedelta(days=1))
    ends_today = subscription("SEN-1000005", "bitbucket", 10, TODAY)
    records = records_of(JIRA, CONFLUENCE, ended, ends_today)
    assert lines_of(request(Kind.CO_TERM), records) == [*WHOLE_SITE, ("bitbucket", "standard", 10)]


def test_a_renewal_that_names_a_product_takes_it_however_long_ago_it_ended() -> None:
    records = records_of(subscription("SEN-1000005", "guard", 10, TODAY - dt.timedelta(days=61)))
    assert lines_of(request(Kind.RENEWAL, line("guard")), records) == [("guard", "standard", 10)]


@pytest.mark.parametrize("kind", [Kind.RENEWAL, Kind.CO_TERM])
def test_sens_named_limit_what_is_taken(kind: Kind) -> None:
    assert lines_of(request(kind, sens=(CONFLUENCE.sen,))) == [("confluence", "premium", 100)]


@pytest.mark.parametrize("kind", [Kind.RENEWAL, Kind.CO_TERM])
def test_products_without_a_count_stay_as_they_are(kind: Kind) -> None:
    assert lines_of(request(kind, line("confluence"))) == [("confluence", "premium", 100)]


def test_an_upgrade_needs_its_count_said() -> None:
    resolved = resolve(request(Kind.UPGRADE, line("jira")))
    assert resolved.missing == ("lines[0].users",)


def test_an_upgrade_of_the_plan_alone_keeps_the_count_when_the_mail_says_so() -> None:
    asked = request(Kind.UPGRADE, line("jira", "premium"), unchanged=True)
    assert lines_of(asked) == [("jira", "premium", 50)]


def test_a_sen_gives_the_site_by_itself() -> None:
    resolved = resolve(request(Kind.RENEWAL, site=None, sens=(JIRA.sen,)))
    assert resolved.site is not None
    assert (resolved.site.value, resolved.site.from_file) == (ACME, True)
    assert resolved.missing == ()


@pytest.mark.parametrize("kind", [Kind.RENEWAL, Kind.UPGRADE, Kind.CO_TERM])
def test_a_sen_gives_the_product_of_a_count(kind: Kind) -> None:
    assert lines_of(request(kind, line(users=80), site=None, sens=(JIRA.sen,))) == [("jira", "standard", 80)]


def test_a_sen_does_not_give_the_product_of_a_new_subscription() -> None:
    resolved = resolve(request(Kind.EXISTING_SITE, line(users=80), site=None, sens=(JIRA.sen,)))
    assert (resolved.lines, resolved.missing) == ((), ("lines",))


def test_a_line_tied_to_a_sen_takes_its_product() -> None:
    lines = (line(users=80, sen=JIRA.sen), line(users=200, sen=CONFLUENCE.sen))
    assert lines_of(request(Kind.RENEWAL, *lines)) == [("jira", "standard", 80), ("confluence", "premium", 200)]


def test_one_count_for_several_sens_holds_for_each() -> None:
    asked = request(Kind.RENEWAL, line(users=200), sens=(JIRA.sen, CONFLUENCE.sen))
    assert lines_of(asked) == [("jira", "standard", 200), ("confluence", "premium", 200)]


def test_a_sen_without_a_line_goes_along_as_it_is() -> None:
    asked = request(Kind.RENEWAL, line("jira", users=80), sens=(JIRA.sen, CONFLUENCE.sen))
    assert lines_of(asked) == [("jira", "standard", 80), ("confluence", "premium", 100)]


@pytest.mark.parametrize("kind", [Kind.RENEWAL, Kind.UPGRADE])
def test_a_count_alone_is_about_the_only_subscription(kind: Kind) -> None:
    assert lines_of(request(kind, line(users=80)), records_of(JIRA)) == [("jira", "standard", 80)]


@pytest.mark.parametrize("kind", [Kind.RENEWAL, Kind.UPGRADE])
def test_a_count_alone_is_asked_about_where_several_products_run(kind: Kind) -> None:
    resolved = resolve(request(kind, line(users=80)))
    assert (resolved.lines, resolved.missing) == ((), ("lines",))


def test_a_count_said_apart_belongs_to_the_only_product() -> None:
    assert lines_of(request(Kind.EXISTING_SITE, line("guard"), line(users=80))) == [("guard", "standard", 80)]


def test_a_count_that_fits_no_line_is_asked_about() -> None:
    resolved = resolve(request(Kind.EXISTING_SITE, line("guard", users=25), line(users=80)))
    assert resolved.missing == ("lines[1].product", "lines[1].plan")


def test_a_product_on_the_site_takes_the_plan_on_file() -> None:
    assert lines_of(request(Kind.EXISTING_SITE, line("confluence", users=200))) == [("confluence", "premium", 200)]


def test_the_plan_of_the_mail_goes_before_the_plan_on_file() -> None:
    assert lines_of(request(Kind.UPGRADE, line("jira", "premium", 80))) == [("jira", "premium", 80)]


def test_a_product_sold_in_one_plan_takes_it() -> None:
    assert lines_of(new_site(line("guard", users=80))) == [("guard", "standard", 80)]


def test_a_plan_is_asked_for_where_there_is_a_choice() -> None:
    assert resolve(new_site(line("guard", users=80), line("jira", users=80))).missing == ("lines[1].plan",)


@pytest.mark.parametrize(
    ("quantity", "users"),
    [
        (UserRange(51, 100), 100),
        (UserRange(1, 10), 10),
        (UserRange(50, 60), None),
        (UserRange(50, 100), None),
        (OneOf((50, 100)), None),
        (MoreUsers(30), 80),
    ],
)
def test_quantities_of_a_product_on_file(quantity: UserRange | OneOf | MoreUsers, users: int | None) -> None:
    resolved = resolve(request(Kind.UPGRADE, line("jira", users=quantity)))
    [only] = resolved.lines
    assert (only.users.value if only.users else None) == users
    assert resolved.missing == ()  # what is said two ways is not missing


def test_an_increment_on_nothing_is_the_whole_for_a_product_that_is_added() -> None:
    assert lines_of(request(Kind.EXISTING_SITE, line("guard", users=MoreUsers(30)))) == [("guard", "standard", 30)]


def test_an_increment_on_nothing_is_asked_about_in_an_upgrade() -> None:
    resolved = resolve(request(Kind.UPGRADE, line("guard", users=MoreUsers(30))))
    assert resolved.missing == ("lines[0].users",)


def test_an_increment_on_a_number_that_the_mail_says_is_their_sum() -> None:
    asked = request(Kind.UPGRADE, line("guard", users=MoreUsers(30), from_users=20))
    assert lines_of(asked) == [("guard", "standard", 50)]


@pytest.mark.parametrize(("present", "users"), [(50, 80), (45, 80), (10, None)])
def test_an_increment_on_a_number_other_than_on_file_counts_only_if_the_tier_is_the_same(
    present: int, users: int | None
) -> None:
    asked = request(Kind.UPGRADE, line("jira", users=MoreUsers(30), from_users=present))
    assert lines_of(asked) == [("jira", "standard", users)]


def test_an_increment_on_a_site_still_to_be_named_is_not_missing() -> None:
    resolved = resolve(request(Kind.UPGRADE, line("jira", users=MoreUsers(30)), site=None))
    assert resolved.missing == ("site",)


@pytest.mark.parametrize("path", ["lines[0].users", "lines[0]", "lines"])
def test_a_doubtful_count_is_not_filled_from_the_file(path: str) -> None:
    doubt = Doubt(reason=Reason.CONFLICTING_VALUES, path=path)
    resolved = resolve(request(Kind.RENEWAL, line("jira"), doubts=(doubt,)))
    assert resolved.lines[0].users is None
    assert resolved.missing == ()


def test_a_doubtful_plan_or_product_is_not_filled_from_the_file() -> None:
    doubts = (
        Doubt(reason=Reason.CONFLICTING_VALUES, path="lines[0].plan"),
        Doubt(reason=Reason.AMBIGUOUS_PRODUCT, path="lines[1].product"),
    )
    asked = request(Kind.RENEWAL, line("jira", users=25), line(users=25), doubts=doubts, sens=(JIRA.sen,))
    assert lines_of(asked) == [("jira", None, 25), (None, None, 25)]


def test_doubts_about_lines_keep_a_renewal_from_taking_the_whole_site() -> None:
    doubt = Doubt(reason=Reason.AMBIGUOUS_PRODUCT, path="lines[0].product")
    assert lines_of(request(Kind.RENEWAL, doubts=(doubt,))) == []


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (request(Kind.EXISTING_SITE, line("jira", users=80)), Kind.UPGRADE),
        (request(Kind.EXISTING_SITE, line("jira", users=80), line("confluence", users=200)), Kind.UPGRADE),
        (request(Kind.EXISTING_SITE, line("jira", users=80), line("guard", users=80)), Kind.EXISTING_SITE),
        (request(Kind.EXISTING_SITE, line("jira", users=10)), Kind.UPGRADE),
        (request(Kind.EXISTING_SITE, line("jira")), Kind.EXISTING_SITE),
        (request(Kind.EXISTING_SITE), Kind.EXISTING_SITE),
        (request(Kind.UPGRADE, line("jira", users=80)), Kind.UPGRADE),
        (request(Kind.UPGRADE, line("guard", users=80)), Kind.EXISTING_SITE),
        (request(Kind.UPGRADE, line("jira", users=80), line("guard", users=80)), Kind.EXISTING_SITE),
        (request(Kind.UPGRADE, line("guard", users=80), site="other.atlassian.net"), Kind.UPGRADE),
        (request(Kind.RENEWAL, line("jira", users=80), line("guard", users=80)), Kind.RENEWAL),
        (request(Kind.CO_TERM, line("guard", users=80)), Kind.CO_TERM),
        (new_site(line("jira", "standard", 80)), Kind.NEW_SITE),
        (new_site(line("jira", "standard", 80), site=said(ACME)), Kind.UPGRADE),
        (new_site(line("guard", "standard", 80), site=said("wish.atlassian.net")), Kind.NEW_SITE),
    ],
)
def test_the_file_corrects_the_kind(asked: Request, kind: Kind) -> None:
    assert resolve(asked).kind is kind


def test_an_ended_subscription_is_not_upgraded_but_bought_anew() -> None:
    records = records_of(subscription("SEN-1000004", "guard", 25, TODAY - dt.timedelta(days=1)))
    assert resolve(request(Kind.UPGRADE, line("guard", users=80)), records).kind is Kind.EXISTING_SITE


@pytest.mark.parametrize(
    ("asked", "currency"),
    [
        (request(Kind.RENEWAL), "USD"),
        (request(Kind.RENEWAL, site="oz.atlassian.net"), "AUD"),
        (request(Kind.EXISTING_SITE, line("guard", users=10), site="oz.atlassian.net", currency="USD"), "AUD"),
        (request(Kind.RENEWAL, site="other.atlassian.net"), None),
        (request(Kind.RENEWAL, site=None), None),
        (new_site(line("jira", "standard", 10)), "USD"),
        (new_site(line("jira", "standard", 10), currency=said("AUD")), "AUD"),
        (new_site(line("jira", "standard", 10), currency=said("EUR")), "EUR"),
        (request(Kind.DATA_CENTER), None),
    ],
)
def test_the_currency_is_that_of_the_file_then_of_the_mail_then_the_default(
    asked: Request, currency: str | None
) -> None:
    assert resolve(asked).currency == currency


def test_an_australian_reseller_is_quoted_in_aud() -> None:
    plain = new_site(line("jira", "standard", 10))
    moved = {name: getattr(plain.reseller, name) for name in ("name", "email", "billing_address")}
    assert resolve(new_site(*plain.lines, reseller=type(plain.reseller)(**moved, country="AU"))).currency == "AUD"


def test_a_contradicted_currency_stays_open_on_a_new_site() -> None:
    doubt = Doubt(reason=Reason.CONFLICTING_VALUES, path="currency")
    assert resolve(new_site(line("jira", "standard", 10), doubts=(doubt,))).currency is None


def test_values_of_the_file_say_so() -> None:
    [jira, _] = resolve(request(Kind.RENEWAL)).lines
    assert jira.product is not None
    assert jira.plan is not None
    assert jira.users is not None
    assert {value.evidence[0].text for value in (jira.product, jira.plan, jira.users)} == {JIRA.sen}
    assert jira.product.from_file
    assert jira.plan.from_file
    assert jira.users.from_file
