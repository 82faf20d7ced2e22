"""Draws up the quote for complete requests (policy sections 5 and 6)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from mailbot.domain.decision import CoveredLine
from mailbot.domain.evidence import Extracted
from mailbot.domain.file import Records
from mailbot.domain.payment import payment_methods
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.pricing import (
    Item,
    PriceList,
    price_co_term,
    price_new,
    price_new_to,
    price_renewal,
    price_upgrade,
    subtotal_of,
)
from mailbot.domain.quote import Party, Quote, QuoteLine
from mailbot.domain.request import Customer, Kind, Reseller
from mailbot.domain.tax import tax_on
from mailbot.handlers.completed import Completed, CompletedLine, Treatment


def draw_up(requests: Sequence[Completed], records: Records, pack: PolicyPack, today: dt.date) -> Quote | None:
    """Return one quote over all lines that cost something.

    None when a request is incomplete, a line cannot be priced, currencies differ, or there is nothing to buy.
    """
    currencies = {request.resolved.currency for request in requests}
    if len(currencies) != 1 or not all(request.is_complete for request in requests):
        return None
    currency = currencies.pop()
    if currency is None:
        return None
    prices = PriceList(book=records.price_book, currency=currency, days_in_year=pack.days_in_year)
    pairs = [(request, line) for request in requests for line in request.lines]
    if not all(_has_price(request, line, prices, today) for request, line in pairs):
        return None
    lines = tuple(priced for request, line in pairs for priced in _price(request, line, prices, today))
    return _quote(requests[0], lines, currency, records, pack, today) if lines else None


def covered_lines(requests: Iterable[Completed], today: dt.date) -> tuple[CoveredLine, ...]:
    """Return the lines for which the tier on file is enough, so that there is nothing to buy."""
    return tuple(
        CoveredLine(product=held.product, plan=held.plan, users=line.users, tier=held.tier)
        for request in requests
        for line in request.lines
        if (held := line.held) and line.users and line.treatment(request.kind, today) is Treatment.COVERED
    )


def _has_price(request: Completed, line: CompletedLine, prices: PriceList, today: dt.date) -> bool:
    treatment = line.treatment(request.kind, today)
    if treatment is None or treatment is Treatment.LOWERED:
        return False
    if treatment is Treatment.COVERED:
        return True
    if treatment in (Treatment.CO_TERMED, Treatment.NEW_CO_TERMED) and request.resolved.target_end_date is None:
        return False
    if treatment not in (Treatment.RAISED, Treatment.CO_TERMED) or line.held is None:
        return True
    return prices.has(line.held.product, line.held.plan, line.held.tier)


def _price(request: Completed, line: CompletedLine, prices: PriceList, today: dt.date) -> Iterator[QuoteLine]:
    target = request.resolved.target_end_date
    item = _item(line)
    match line.treatment(request.kind, today):
        case Treatment.NEW:
            yield price_new(Kind.NEW_SITE if request.kind is Kind.NEW_SITE else Kind.EXISTING_SITE, item, prices, today)
        case Treatment.RENEWED if line.held:
            yield price_renewal(item, line.held, prices, today)
        case Treatment.RAISED if line.held:
            yield price_upgrade(item, line.held, prices, today)
        case Treatment.CO_TERMED if line.held and target:
            yield price_co_term(item, line.held, prices, today, target.value)
        case Treatment.NEW_CO_TERMED if target:
            yield price_new_to(item, prices, today, target.value)


def _item(line: CompletedLine) -> Item:
    product, plan, users, tier = line.product, line.plan, line.users, line.tier
    if product is None or plan is None or users is None or tier is None:
        raise ValueError(f"a line is priced before it is known: {line.resolved}")
    return Item(product=product, plan=plan, users=users, tier=tier)


def _quote(
    request: Completed, lines: tuple[QuoteLine, ...], currency: str, records: Records, pack: PolicyPack, today: dt.date
) -> Quote:
    subtotal = subtotal_of(lines)
    resolved = request.resolved
    tax = tax_on(
        subtotal,
        records.taxes,
        country=resolved.reseller.country,
        region=resolved.reseller.region,
        regional=pack.tax_regions,
    )
    total = subtotal + tax.amount if tax else subtotal
    return Quote(
        number=None,
        revision=1,
        kind=request.kind,
        currency=currency,
        lines=lines,
        subtotal=subtotal,
        tax=tax,
        total=total,
        issued_on=today,
        valid_until=today + dt.timedelta(days=pack.quote_valid_days),
        payment_methods=payment_methods(currency, total, pack),
        reseller=_party(resolved.reseller),
        customer=_party(resolved.customer),
        contact_name=_value(resolved.contact.name),
        contact_email=_value(resolved.contact.email),
        site=_value(resolved.site),
        sens=tuple(sen.value for sen in resolved.sens),
        price_book=records.price_book.version,
        policy=pack.version,
        days_in_year=pack.days_in_year,
    )


def _party(party: Reseller | Customer) -> Party:
    return Party(
        name=_value(party.name),
        email=_value(party.email),
        company=_value(party.company),
        billing_address=_value(party.billing_address),
    )


def _value(extracted: Extracted[str] | None) -> str | None:
    return extracted.value if extracted else None
