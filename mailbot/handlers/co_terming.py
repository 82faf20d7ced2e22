"""The common end dates that staff can choose from for a co-term request without a possible date.

They are for staff alone: the end dates of subscriptions are nothing that the sender told (policy section 8).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from mailbot.domain.co_term import CoTermOption, OptionLine, common_ends
from mailbot.domain.decision import Finding
from mailbot.domain.evidence import on_file
from mailbot.domain.file import Records
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.request import Kind, Reason
from mailbot.handlers.completed import Completed
from mailbot.handlers.quoting import draw_up

TARGET = "target_end_date"


def co_term_options(
    requests: Sequence[Completed], found: Sequence[Finding], records: Records, pack: PolicyPack, today: dt.date
) -> tuple[CoTermOption, ...]:
    """Return the options for the one co-term request that names no date, or an impossible one; else nothing."""
    if len(requests) != 1 or requests[0].kind is not Kind.CO_TERM:
        return ()
    request = requests[0]
    impossible = any(finding.reason is Reason.INVALID_DATE for finding in found)
    if request.resolved.target_end_date is not None and not impossible:
        return ()
    held = [line.held for line in request.lines if line.held is not None]
    prices = {
        one.sen: records.price_book.prices.get((one.product, one.plan, one.currency), {}).get(one.tier) for one in held
    }
    known = {sen: price for sen, price in prices.items() if price is not None}
    options = common_ends(held, known, today, pack.co_term_max_years)
    return tuple(_priced(option, request, records, pack, today) for option in options)


def _priced(
    option: CoTermOption, request: Completed, records: Records, pack: PolicyPack, today: dt.date
) -> CoTermOption:
    resolved = replace(
        request.resolved,
        target_end_date=on_file(option.end_date),
        missing=tuple(path for path in request.resolved.missing if path != TARGET),
    )
    quote = draw_up([replace(request, resolved=resolved)], records, pack, today)
    if quote is None:
        return option
    lines = (OptionLine(product=line.product, plan=line.plan, sen=line.sen, amount=line.amount) for line in quote.lines)
    return replace(option, currency=quote.currency, lines=tuple(lines), subtotal=quote.subtotal)
