"""How much leaves by itself, and what is looked at again in the moment of sending."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from mailbot.domain.errors import TransientError
from mailbot.domain.file import SiteFile
from mailbot.domain.outgoing import SendPhase
from mailbot.service.budget import ReplyBudget
from mailbot.store.datafiles import load_data
from tests.security.attacked import REQUEST, RESELLER, letter

DATA = Path(__file__).parents[2] / "config" / "demo" / "data"


def on_file(desk, change):
    """Put changed records on file; `change` takes a site's file and returns it."""
    records, own = load_data(DATA)
    sites = {site: change(file) for site, file in records.sites.items()}
    with desk.store.begin() as uow:
        uow.records.replace(replace(records, sites=sites), own, desk.clock())
        uow.commit()


def without_priya(file: SiteFile) -> SiteFile:
    return replace(file, contacts=tuple(c for c in file.contacts if not c.email.startswith("priya")))


def moved(file: SiteFile) -> SiteFile:
    """Return the file with Priya as a contact of another site only."""
    named = [replace(c, site="harbour-lights.atlassian.net") for c in file.contacts if c.email.startswith("priya")]
    rest = without_priya(file)
    return replace(rest, contacts=(*rest.contacts, *named))


@pytest.mark.parametrize("change", [without_priya, moved])
@pytest.mark.parametrize("after", ["a delay", "a failed attempt", "a release by staff"])
def test_who_is_no_contact_any_more_when_a_quote_is_sent_is_not_quoted(desk, change, after):
    if after == "a delay":
        desk.process_options = replace(desk.process_options, hold=dt.timedelta(hours=1))
    else:
        desk.transport.fail((SendPhase.DATA, TransientError("later")))
    assert desk.take(letter()) == []
    on_file(desk, change)
    desk.clock.advance(hours=2)
    assert desk.deliver() == []
    assert ["not on file any more" in reason for reason in desk.reasons()] == [True]
    if after == "a release by staff":
        with desk.store.begin() as uow:
            (entry,) = uow.outbox.of_case(1)
            uow.outbox.release(entry.id, desk.clock())
            uow.commit()
        assert desk.deliver() == []
    on_file(desk, lambda file: file)
    desk.process_options = replace(desk.process_options, hold=dt.timedelta())
    desk.answers_good_mail()


def test_what_holds_still_is_sent_after_any_delay(desk):
    desk.process_options = replace(desk.process_options, hold=dt.timedelta(hours=1))
    assert desk.take(letter()) == []
    on_file(desk, lambda file: replace(file, entitlements=file.entitlements[::-1]))
    desk.clock.advance(hours=2)
    assert [sent.kind for sent in desk.deliver()] == ["quote"]


def test_a_question_is_asked_whatever_has_changed_on_file(desk):
    desk.process_options = replace(desk.process_options, hold=dt.timedelta(hours=1))
    assert desk.take(letter(REQUEST.replace("for 75 users", ""))) == []
    on_file(desk, without_priya)
    desk.clock.advance(hours=2)
    assert [sent.kind for sent in desk.deliver()] == ["ask"]


def limited(desk, **limits):
    desk.process_options = replace(desk.process_options, budget=ReplyBudget(**limits))


def ask_again(desk, count: int, *, sender: str = RESELLER) -> list[str]:
    """Send requests that are all different; return the kinds of the replies."""
    kinds = []
    for number in range(count):
        body = REQUEST.replace("75 users", f"{60 + number} users")
        kinds += [sent.kind for sent in desk.take(letter(body, sender=sender))]
    return kinds


def test_amounts_add_up_over_a_day_and_then_wait_for_a_person(desk):
    desk.take(letter())
    (one,) = desk.quotes()
    limited(desk, quoted_per_day={one.currency: one.subtotal * 3})
    assert ask_again(desk, 4) == ["quote", "quote"]
    assert ["in quotes to one address in 24 hours" in reason for reason in desk.reasons()] == [True, True]
    desk.answers_good_mail()
    desk.clock.advance(hours=25)
    assert ask_again(desk, 1) == ["quote"]


@pytest.mark.parametrize("spelling", ["Nadia@Southbridge.Example", "NADIA@southbridge.example"])
def test_another_spelling_of_the_address_has_no_limit_of_its_own(desk, spelling):
    desk.take(letter())
    (one,) = desk.quotes()
    limited(desk, quoted_per_day={one.currency: one.subtotal})
    assert ask_again(desk, 1, sender=spelling) == []


def test_a_revision_counts_once(desk):
    (first,) = desk.take(letter())
    (one,) = desk.quotes()
    limited(desk, quoted_per_day={one.currency: one.subtotal * Decimal("1.5")})
    again = letter(
        "Sorry, make that 80 users please.\n", f"In-Reply-To: {first.message['Message-ID']}", "Subject: Re: Quote"
    )
    assert [sent.kind for sent in desk.take(again)] == ["quote"]


@pytest.mark.parametrize(
    ("limit", "sent"),
    [
        ({"per_address_and_hour": 3}, 3),
        ({"per_address_and_day": 4}, 4),
        ({"per_domain_and_day": 2}, 2),
        ({"in_all_per_hour": 1}, 1),
    ],
)
def test_numbers_of_replies_end_at_their_limit(desk, limit, sent):
    limited(desk, **limit)
    assert len(ask_again(desk, 6)) == sent


def test_addresses_of_one_domain_share_its_limit(desk):
    limited(desk, per_domain_and_day=3)
    kinds = [ask_again(desk, 1, sender=f"n{number}@southbridge.example") for number in range(6)]
    assert sum(map(len, kinds)) == 3
    desk.answers_good_mail()
