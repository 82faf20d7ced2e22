"""Which products a request is about, and the subscription on file that each line concerns (policy section 2)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailbot.domain.evidence import Extracted, on_file
from mailbot.domain.file import Entitlement, SiteFile
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.request import Kind, Request, RequestLine
from mailbot.handlers.doubted import concerns_lines, is_doubted

PRODUCT_FROM_SEN = frozenset({Kind.RENEWAL, Kind.UPGRADE, Kind.CO_TERM})
"""Kinds for which a SEN says the product by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A line's product and its subscription on file. `asked` None: the file alone gives the line."""

    asked: RequestLine | None
    product: Extracted[str] | None
    held: Entitlement | None
    rivals: tuple[str, ...] = ()


def subjects_of(
    request: Request, site: SiteFile | None, here: Sequence[Entitlement], pack: PolicyPack, today: dt.date
) -> tuple[Subject, ...]:
    """Return the request's lines in the mail's order, then those that the file adds.

    `here` are the subscriptions of the site that the mail names by SEN.
    Lines that name no product and could not be given one are left out when no line has a product at all.
    """
    eligible = [held for held in (site.entitlements if site else ()) if _is_eligible(held, request.kind, pack, today)]
    eligible = [held for held in eligible if held.product not in request.excluded]
    asked = _lines_told_apart(request, here)
    products = [_product(request, index, line, here, eligible) for index, line in enumerate(asked)]
    if not asked or not (any(products) or any(line.unknown for line in asked) or concerns_lines(request.doubts)):
        return tuple(_from_file(held) for held in _lines_of_file(request, here, eligible))
    subjects = [
        _with_subscription(line, product, request, site, here, pack, today)
        for line, product in zip(asked, products, strict=True)
    ]
    named = {product.value for product in products if product}
    rest = [held for held in eligible if held.product not in named] if request.with_rest else ()
    more = rest or _sens_without_line(request, here, products, pack, today)
    return (*subjects, *(_from_file(held) for held in more))


def unmatched(named: Iterable[Entitlement], products: Iterable[str]) -> tuple[tuple[Entitlement, ...], tuple[str, ...]]:
    """Return the subscriptions named by SEN that no line is about, and the products that no SEN is about."""
    named, products = tuple(named), tuple(products)
    held = {entitlement.product for entitlement in named}
    return (
        tuple(entitlement for entitlement in named if entitlement.product not in products),
        tuple(product for product in products if product not in held),
    )


def _is_eligible(held: Entitlement, kind: Kind, pack: PolicyPack, today: dt.date) -> bool:
    """Whether a request without lines takes the subscription: active, or for a renewal ended only lately."""
    return held.is_active(today) or (kind is Kind.RENEWAL and _ended_lately(held, pack, today))


def _ended_lately(held: Entitlement, pack: PolicyPack, today: dt.date) -> bool:
    return (today - held.end_date).days <= pack.renewal_grace_days


def _lines_told_apart(request: Request, here: Sequence[Entitlement]) -> tuple[RequestLine, ...]:
    """Join a count without a product to the only line with one; give it to every SEN when only SENs are named."""
    lines = request.lines
    if concerns_lines(request.doubts) or any(line.unknown for line in lines):
        return lines  # paths of doubts count the lines as they are
    with_product = [line for line in lines if line.product]
    without = [line for line in lines if not line.product]
    if len(with_product) == 1 and without:
        joined = with_product[0]
        for line in without:
            if not _can_join(joined, line):
                return lines
            joined = _join(joined, line)
        return (joined,)
    if len(lines) == 1 and without and lines[0].sen is None and len(here) > 1 and request.kind in PRODUCT_FROM_SEN:
        return tuple(replace(lines[0], product=on_file(held.product, held.sen)) for held in here)
    return lines


def _can_join(line: RequestLine, other: RequestLine) -> bool:
    pairs = ((line.plan, other.plan), (line.quantity, other.quantity), (line.sen, other.sen))
    return not any(mine and theirs and mine.value != theirs.value for mine, theirs in pairs)


def _join(line: RequestLine, other: RequestLine) -> RequestLine:
    return replace(
        line,
        plan=line.plan or other.plan,
        plan_shared=line.plan_shared if line.plan else other.plan_shared,
        quantity=line.quantity or other.quantity,
        from_users=line.from_users or other.from_users,
        from_plan=line.from_plan or other.from_plan,
        sen=line.sen or other.sen,
    )


def _product(
    request: Request, index: int, line: RequestLine, here: Sequence[Entitlement], eligible: Sequence[Entitlement]
) -> Extracted[str] | None:
    if line.product or line.unknown or is_doubted(request.doubts, f"lines[{index}].product"):
        return line.product
    if line.sen:
        own = next((held for held in here if held.sen == line.sen.value), None)
        return on_file(own.product, own.sen) if own else None
    if request.kind not in PRODUCT_FROM_SEN:
        return None
    only = here or eligible
    return on_file(only[0].product, only[0].sen) if len(only) == 1 else None


def _lines_of_file(
    request: Request, here: Sequence[Entitlement], eligible: Sequence[Entitlement]
) -> Sequence[Entitlement]:
    """Return the subscriptions that a request without products is about."""
    if request.lines or concerns_lines(request.doubts):
        return ()
    if request.kind is Kind.UPGRADE:
        return here
    if request.kind not in PRODUCT_FROM_SEN:
        return ()
    named = {held.sen for held in here}
    return [held for held in eligible if held.sen in named] if request.sens else eligible


def _sens_without_line(
    request: Request,
    here: Sequence[Entitlement],
    products: Sequence[Extracted[str] | None],
    pack: PolicyPack,
    today: dt.date,
) -> Sequence[Entitlement]:
    """Return the subscriptions named by SEN beside lines about others: they go along as they are."""
    if request.kind not in PRODUCT_FROM_SEN or not all(products):
        return ()
    more, strangers = unmatched(here, (product.value for product in products if product))
    return () if strangers else [held for held in more if _is_eligible(held, request.kind, pack, today)]


def _with_subscription(
    line: RequestLine,
    product: Extracted[str] | None,
    request: Request,
    site: SiteFile | None,
    here: Sequence[Entitlement],
    pack: PolicyPack,
    today: dt.date,
) -> Subject:
    candidates = [
        held
        for held in (site.entitlements if site else ())
        if product is not None
        and held.product == product.value
        and (request.kind is Kind.RENEWAL or _ended_lately(held, pack, today))
    ]
    named = {line.sen.value} if line.sen else {held.sen for held in here}
    chosen = [held for held in candidates if held.sen in named] or candidates
    running = [held for held in chosen if held.is_active(today)]
    return Subject(
        asked=line,
        product=product,
        held=max(chosen, key=lambda held: held.end_date, default=None),
        rivals=tuple(held.sen for held in running) if len(running) > 1 else (),
    )


def _from_file(held: Entitlement) -> Subject:
    return Subject(asked=None, product=on_file(held.product, held.sen), held=held)
