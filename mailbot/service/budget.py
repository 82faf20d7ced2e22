"""How many automatic replies may leave, whatever the headers say: the last stop of a mail loop (policy section 8)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mailbot.domain.message import domain_of
from mailbot.domain.quote import Quote
from mailbot.ports import OutboxStore

BUDGET_ALARM = "replies to "
"""How the names of alarms begin that ring for an address that gets no more automatic replies for a time."""

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyBudget:
    """The most automatic replies within an hour or a day.

    A reply is without news when the mail requests nothing (a question, something unrecognised) or what the same
    sender has had a reply to within the day. Robots that no header gives away write such mails, and soon after ours;
    `burst` is after how many replies of any kind within an hour none without news follows.
    """

    per_address_and_hour: int = 10
    per_address_and_day: int = 40
    per_domain_and_day: int = 200
    in_all_per_hour: int = 1000
    without_news_per_day: int = 2
    without_news_per_domain_day: int = 20
    burst: int = 3
    quoted_per_day: Mapping[str, Decimal] = field(default_factory=dict)  # currency -> total of quotes to one address


def limit_reached(
    outbox: OutboxStore, recipients: Sequence[str], budget: ReplyBudget, now: dt.datetime, gist: str
) -> str | None:
    """Return the limit that one more reply to these addresses would break, in words; None when it may go.

    `gist` is the digest of what is requested, empty for nothing (changes.gist_of).
    """
    if outbox.sent_in_all_since(now - HOUR) >= budget.in_all_per_hour:
        return f"{budget.in_all_per_hour} replies in an hour"
    for address in recipients:
        told = outbox.told_since(address, now - DAY)
        within_hour = sum(one.at >= now - HOUR for one in told)
        if within_hour >= budget.per_address_and_hour:
            return f"{budget.per_address_and_hour} replies to one address in an hour"
        if len(told) >= budget.per_address_and_day:
            return f"{budget.per_address_and_day} replies to one address in 24 hours"
        if outbox.sent_to_domain_since(domain_of(address), now - DAY) >= budget.per_domain_and_day:
            return f"{budget.per_domain_and_day} replies to one domain in 24 hours"
        gists = [one.gist for one in told]
        if gist and gist not in gists:
            continue
        if within_hour >= budget.burst:
            return f"no reply without a new request after {budget.burst} in an hour"
        if _without_news(gists) >= budget.without_news_per_day:
            return f"{budget.without_news_per_day} replies without a new request to one address in 24 hours"
        of_domain = outbox.told_to_domain_since(domain_of(address), now - DAY)
        if _without_news(of_domain) >= budget.without_news_per_domain_day:
            return f"{budget.without_news_per_domain_day} replies without a new request to one domain in 24 hours"
    return None


def within_limits(
    outbox: OutboxStore, addresses: Sequence[str], budget: ReplyBudget, now: dt.datetime, gist: str
) -> tuple[str, ...]:
    """Return those of the addresses that one more reply may go to: a copy is a mail like any other."""
    return tuple(one for one in addresses if limit_reached(outbox, [one], budget, now, gist) is None)


def amount_reached(quote: Quote, quoted: Sequence[Quote], budget: ReplyBudget) -> str | None:
    """Return the limit, in words, that the quote would break beside what was quoted to its sender within the day."""
    limit = budget.quoted_per_day.get(quote.currency)
    total = quote.subtotal + sum(other.subtotal for other in quoted if other.currency == quote.currency)
    if limit is None or total <= limit:
        return None
    return f"{quote.currency} {limit} in quotes to one address in 24 hours"


def _without_news(told: Sequence[str]) -> int:
    return len(told) - len({gist for gist in told if gist})
