"""The kind of a request after a look at the file (policy sections 2, 3 and 5)."""

import datetime as dt
from collections.abc import Sequence

from mailbot.domain.file import PriceBook, SiteFile
from mailbot.domain.request import Kind, Request
from mailbot.handlers.filled import stated_users
from mailbot.handlers.subjects import Subject


def corrected_kind(
    request: Request, subjects: Sequence[Subject], site: SiteFile | None, book: PriceBook, today: dt.date
) -> Kind:
    """Return the kind that the lines have in fact.

    A request whose lines all change running subscriptions is an upgrade (so is one that lowers them), one with a
    product that does not run on the site is not. A "new" site that is on file exists.
    """
    if request.kind not in (Kind.EXISTING_SITE, Kind.UPGRADE, Kind.NEW_SITE) or site is None:
        return request.kind
    if request.kind is Kind.UPGRADE:
        adds = any(subject.product and not _is_running(subject, today) for subject in subjects)
        return Kind.EXISTING_SITE if adds else Kind.UPGRADE
    changes_all = all(_is_running(subject, today) and stated_users(subject, request.kind, book) for subject in subjects)
    return Kind.UPGRADE if subjects and changes_all else Kind.EXISTING_SITE


def _is_running(subject: Subject, today: dt.date) -> bool:
    return subject.held is not None and subject.held.is_active(today)
