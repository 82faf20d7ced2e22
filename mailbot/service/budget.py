"""How many automatic replies may leave, whatever the headers say: the last stop of a mail loop (policy section 8)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.ports import OutboxStore

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyBudget:
    """The most automatic replies within an hour or a day."""

    per_address_and_hour: int = 10
    per_address_and_day: int = 40
    per_domain_and_day: int = 200
    in_all_per_hour: int = 1000


def limit_reached(outbox: OutboxStore, recipients: Sequence[str], budget: ReplyBudget, now: dt.datetime) -> str | None:
    """Return the limit that one more reply to these addresses would break, in words; None when it may go."""
    if outbox.sent_in_all_since(now - HOUR) >= budget.in_all_per_hour:
        return f"{budget.in_all_per_hour} replies in an hour"
    for address in recipients:
        if outbox.sent_since(address, now - HOUR) >= budget.per_address_and_hour:
            return f"{budget.per_address_and_hour} replies to one address in an hour"
        if outbox.sent_since(address, now - DAY) >= budget.per_address_and_day:
            return f"{budget.per_address_and_day} replies to one address in 24 hours"
        if outbox.sent_to_domain_since(address.rpartition("@")[2], now - DAY) >= budget.per_domain_and_day:
            return f"{budget.per_domain_and_day} replies to one domain in 24 hours"
    return None
