"""Plan, users and tier of a line, from the mail first and then from the file (policy section 2, field rules)."""

import datetime as dt

from mailbot.domain.decision import ResolvedLine
from mailbot.domain.evidence import Evidence, Extracted, on_file
from mailbot.domain.file import PriceBook
from mailbot.domain.request import Kind, MoreUsers, OneOf, Request, UserRange, Users
from mailbot.domain.tiers import is_tier, tier_covering, tiers_of
from mailbot.handlers.completed import CompletedLine, Treatment
from mailbot.handlers.doubted import is_doubted
from mailbot.handlers.subjects import Subject

AS_ON_FILE = frozenset({Kind.RENEWAL, Kind.CO_TERM})
"""Kinds whose lines without a count keep the tier on file."""

_FROM_NOTHING = frozenset({Kind.EXISTING_SITE, Kind.NEW_SITE})


def fill_line(
    subject: Subject, index: int, request: Request, kind: Kind, currency: str | None, book: PriceBook
) -> CompletedLine:
    """Return the line with all that mail and file say about it."""
    path = f"lines[{index}]"
    plan = None if is_doubted(request.doubts, f"{path}.plan") else _plan(subject, book)
    users = None if is_doubted(request.doubts, f"{path}.users") else _users(subject, request, kind, book)
    tier = None
    if subject.product and plan and users and currency:
        tier = tier_covering(tiers_of(book, subject.product.value, plan.value, currency), users.value)
    return CompletedLine(
        asked=subject.asked,
        resolved=ResolvedLine(product=subject.product, plan=plan, users=users),
        held=subject.held,
        tier=tier,
        rivals=subject.rivals,
    )


def without_unchanged(lines: tuple[CompletedLine, ...], kind: Kind, today: dt.date) -> tuple[CompletedLine, ...]:
    """Return the lines without those that only repeat what the file has, beside lines that change something.

    "Jira from 100 to 250, Confluence stays at 100" is a request for Jira; an increase that the tier on file covers
    stays, to be told (policy section 2).
    """
    if kind not in (Kind.UPGRADE, Kind.EXISTING_SITE):
        return lines
    treated = [line.treatment(kind, today) if line.users is not None else None for line in lines]
    if not {Treatment.NEW, Treatment.RAISED} & set(treated):
        return lines
    return tuple(
        line
        for line, treatment in zip(lines, treated, strict=True)
        if treatment is not Treatment.COVERED or line.held is None or line.users != line.held.tier or line.grows
    )


def stated_users(subject: Subject, asked_kind: Kind, book: PriceBook) -> Extracted[int] | None:
    """Return the number of users that the mail asks for, or None when it gives none or leaves it open."""
    asked = subject.asked
    if asked is None or asked.quantity is None:
        return None
    quantity = asked.quantity
    match quantity.value:
        case Users(count):
            return Extracted(count, quantity.evidence)
        case UserRange(low, high):
            plan = _plan(subject, book)
            tiers = tiers_of(book, subject.product.value, plan.value if plan else None) if subject.product else ()
            return Extracted(high, quantity.evidence) if is_tier(tiers, low, high) else None
        case OneOf():
            return None
        case MoreUsers(by):
            return _increased(subject, by, quantity.evidence, asked_kind, book)


def _increased(
    subject: Subject, by: int, evidence: tuple[Evidence, ...], asked_kind: Kind, book: PriceBook
) -> Extracted[int] | None:
    """Return the tier on file, else the present number that the mail says, plus the increment.

    None when the two lead to different tiers.
    """
    said = subject.asked.from_users if subject.asked else None
    if subject.held is None:
        if said is not None:
            return Extracted(said.value + by, said.evidence + evidence)
        # "Add 50 users of Confluence" where there is none means 50; an upgrade of it rests on a mistake.
        return Extracted(by, evidence) if asked_kind in _FROM_NOTHING else None
    tiers = tiers_of(book, subject.held.product, subject.held.plan, subject.held.currency)
    total = subject.held.tier + by
    if said is not None and tier_covering(tiers, said.value + by) != tier_covering(tiers, total):
        return None
    return Extracted(total, evidence + on_file(total, subject.held.sen).evidence)


def _plan(subject: Subject, book: PriceBook) -> Extracted[str] | None:
    asked = subject.asked
    if asked and (asked.plan or asked.unknown):
        return asked.plan
    if subject.held:
        return on_file(subject.held.plan, subject.held.sen)
    plans = book.plans(subject.product.value) if subject.product else ()
    return on_file(plans[0], f"{subject.product.value}/{plans[0]}") if subject.product and len(plans) == 1 else None


def _users(subject: Subject, request: Request, kind: Kind, book: PriceBook) -> Extracted[int] | None:
    stated = stated_users(subject, request.kind, book)
    if stated or subject.held is None or (subject.asked and subject.asked.quantity):
        return stated
    changes_plan_only = request.unchanged and subject.asked is not None and subject.asked.plan is not None
    if kind in AS_ON_FILE or changes_plan_only:
        return on_file(subject.held.tier, subject.held.sen)
    return None
