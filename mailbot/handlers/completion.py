"""Completes a request with what the vendor has on file (policy section 2, field rules)."""

import datetime as dt

from mailbot.domain.decision import ResolvedRequest
from mailbot.domain.file import Records
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.request import Request
from mailbot.handlers.completed import Completed
from mailbot.handlers.currency import currencies_on_file, currency_of
from mailbot.handlers.doubted import concerns_lines
from mailbot.handlers.filled import fill_line, without_unchanged
from mailbot.handlers.kinds import corrected_kind
from mailbot.handlers.located import named_sens, named_subscriptions, site_of
from mailbot.handlers.required import missing_fields
from mailbot.handlers.subjects import subjects_of


def complete(request: Request, records: Records, pack: PolicyPack, today: dt.date) -> Completed:
    """Return the request with site, lines, plans, tiers and currency from the file, and what is still missing."""
    named = named_subscriptions(request, records)
    site_name = site_of(request, named)
    site = records.sites.get(site_name.value) if site_name else None
    here = tuple(held for held in named if site is not None and held.site == site.site)
    subjects = subjects_of(request, site, here, pack, today) if request.kind.is_quoted else ()
    kind = corrected_kind(request, subjects, site, records.price_book, today)
    currency = currency_of(request, kind, site, subjects, pack) if kind.is_quoted else None
    lines = tuple(
        fill_line(subject, index, request, kind, currency, records.price_book) for index, subject in enumerate(subjects)
    )
    if not concerns_lines(request.doubts):  # the paths of doubts count the lines as they are
        lines = without_unchanged(lines, kind, today)
    sens = named_sens(request)
    missing = missing_fields(request, kind, site, lines, pack, all_sens_known=len(here) == len(sens))
    resolved = ResolvedRequest(
        kind=kind,
        reseller=request.reseller,
        customer=request.customer,
        contact=request.contact,
        site=site_name,
        sens=sens,
        lines=tuple(line.resolved for line in lines),
        target_end_date=request.target_end_date,
        currency=currency,
        missing=missing,
        stated_kind=request.kind if request.kind is not kind else None,
    )
    return Completed(
        asked=request,
        resolved=resolved,
        lines=lines,
        site=site,
        named=named,
        currencies_on_file=currencies_on_file(site, subjects),
    )
