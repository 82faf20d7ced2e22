"""The kind of a request after a look at the file (policy sections 2, 3 and 5)."""

import datetime as dt
from collections.abc import Iterable

from mailbot.domain.file import PriceBook, SiteFile
from mailbot.domain.request import Kind, Request
from mailbot.handlers.filled import stated_users
from mailbot.handlers.subjects import Subject


def corrected_kind(
    request: Request, subjects: Iterable[Subject], site: SiteFile | None, book: PriceBook, today: dt.date
) -> Kind:
    """Return the kind that the lines have in fact.

    A request whose lines all change running subscriptions is an upgrade (so is one that lowers them), one with a
    product that does not run on the site is not. A "new" site that is on file exists.
    """
    if request.kind not in (Kind.EXISTING_SITE, Kind.UPGRADE, Kind.NEW_SITE) or site is None:
        return request.kind
    lines = [subject for subject in subjects if subject.product]
    running = [subject for subject in lines if subject.held and subject.held.is_active(today)]
    if request.kind is Kind.UPGRADE:
        return Kind.UPGRADE if len(running) == len(lines) else Kind.EXISTING_SITE
    changed = [subject for subject in running if _says_what_changes(subject, request, book)]
    return Kind.UPGRADE if lines and len(changed) == len(lines) else Kind.EXISTING_SITE


def _says_what_changes(subject: Subject, request: Request, book: PriceBook) -> bool:
    return stated_users(subject, request.kind, book) is not None
