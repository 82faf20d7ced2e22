"""What is missing: exactly the paths of the contract, in the order of the policy's table (section 2)."""

from dataclasses import replace

import pytest

from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.request import AuthorizedContact, Customer, Doubt, Kind, Reason, Request, Reseller
from mailbot.handlers.completion import complete
from tests.handlers.making import ACME, JIRA, PACK, RECORDS, TODAY, line, new_site, request, said


def missing(asked: Request, pack: PolicyPack = PACK) -> tuple[str, ...]:
    return complete(asked, RECORDS, pack, TODAY).resolved.missing


@pytest.mark.parametrize(
    ("asked", "paths"),
    [
        (
            Request(kind=Kind.EXISTING_SITE),
            (
                "reseller.name",
                "reseller.email",
                "site",
                "authorized_contact.name",
                "authorized_contact.email",
                "lines",
            ),
        ),
        (
            Request(kind=Kind.NEW_SITE, lines=(line("jira"),)),
            (
                "reseller.name",
                "reseller.email",
                "reseller.billing_address",
                "customer.name",
                "customer.email",
                "customer.billing_address",
                "lines[0].plan",
                "lines[0].users",
            ),
        ),
        (
            Request(kind=Kind.RENEWAL),
            ("reseller.name", "reseller.email", "site", "authorized_contact.name", "authorized_contact.email"),
        ),
        (
            Request(kind=Kind.UPGRADE, lines=(line("jira"),)),
            (
                "reseller.name",
                "reseller.email",
                "site",
                "authorized_contact.name",
                "authorized_contact.email",
                "lines[0].users",
            ),
        ),
        (
            Request(kind=Kind.CO_TERM),
            (
                "reseller.name",
                "reseller.email",
                "site",
                "authorized_contact.name",
                "authorized_contact.email",
                "target_end_date",
            ),
        ),
        (Request(kind=Kind.DATA_CENTER), ()),
        (Request(kind=Kind.SERVER), ()),
        (Request(kind=Kind.MONTHLY), ()),
        (request(Kind.EXISTING_SITE, line("confluence", "standard", 80), site=None), ("site",)),
        (request(Kind.EXISTING_SITE, line("confluence", users=80), site=None), ("site", "lines[0].plan")),
        (request(Kind.EXISTING_SITE, line("confluence", users=80), site=None, sens=(JIRA.sen,)), ()),
        (request(Kind.RENEWAL, line("jira")), ()),
        (request(Kind.RENEWAL, line("jira"), site="other.atlassian.net"), ()),
        (request(Kind.RENEWAL, line("jira", "standard", 50), line("guard")), ("lines[1].users",)),
        (request(Kind.CO_TERM), ("target_end_date",)),
        (request(Kind.CO_TERM, sens=("SEN-7777777",)), ("target_end_date",)),
        (request(Kind.UPGRADE, site="other.atlassian.net"), ("lines",)),
        (request(Kind.UPGRADE, sens=(JIRA.sen,)), ("lines[0].users",)),
        (request(Kind.EXISTING_SITE, line(unknown="ScriptRunner", users=50)), ()),
        (request(Kind.EXISTING_SITE, line("jira", users=50, unknown="Ultimate")), ()),
    ],
)
def test_missing_fields_are_named_by_their_paths(asked: Request, paths: tuple[str, ...]) -> None:
    assert missing(asked) == paths


COMPLETE = (
    request(Kind.EXISTING_SITE, line("guard", "standard", 80)),
    request(Kind.RENEWAL),
    request(Kind.UPGRADE, line("jira", users=80)),
    new_site(line("guard", "standard", 80)),
)


@pytest.mark.parametrize("asked", COMPLETE, ids=lambda asked: asked.kind.value)
def test_a_complete_request_lacks_nothing(asked: Request) -> None:
    assert missing(asked) == ()


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("site", request(Kind.RENEWAL, site=None)),
        ("authorized_contact.email", request(Kind.RENEWAL, email=None)),
        ("authorized_contact.name", request(Kind.RENEWAL, contact=None)),
        ("target_end_date", request(Kind.CO_TERM)),
        ("reseller.name", replace(request(Kind.RENEWAL), reseller=Reseller(email=said("rita@reseller.example")))),
        ("lines", request(Kind.UPGRADE)),
        ("lines[0].users", request(Kind.UPGRADE, line("jira"))),
        ("lines[0].plan", new_site(line("jira", users=50))),
        ("lines[0].users", new_site(line("guard"))),
    ],
)
def test_a_field_with_a_doubt_is_not_missing(path: str, asked: Request) -> None:
    assert missing(asked) == (path,)
    assert missing(replace(asked, doubts=(Doubt(reason=Reason.CONFLICTING_VALUES, path=path),))) == ()


def test_a_doubt_about_a_line_says_that_there_was_one() -> None:
    doubt = Doubt(reason=Reason.AMBIGUOUS_PRODUCT, path="lines[0].product")
    assert missing(request(Kind.UPGRADE, doubts=(doubt,))) == ()


def test_addresses_of_a_new_site_may_be_spared_by_the_policy_pack() -> None:
    customer = Customer(name=said("Carl Customer"), email=said("carl@customer.example"))
    asked = replace(request(Kind.NEW_SITE, line("guard", users=50), site=None), customer=customer)
    assert missing(asked) == ("reseller.billing_address", "customer.billing_address")
    assert missing(asked, replace(PACK, new_site_needs_addresses=False)) == ()


def test_the_contacts_name_may_be_spared_by_the_policy_pack() -> None:
    asked = replace(request(Kind.RENEWAL), contact=AuthorizedContact(email=said("jane@acme.example")))
    assert missing(asked, replace(PACK, contact_needs_name=False)) == ()


def test_a_policy_pack_may_want_the_site_beside_the_sen() -> None:
    strict = replace(PACK, sen_names_site=False)
    assert missing(request(Kind.RENEWAL, site=None, sens=(JIRA.sen,)), strict) == ("site",)
    assert missing(request(Kind.RENEWAL, site=ACME, sens=(JIRA.sen,)), strict) == ()
