"""Which site a request is about, and what is on file there (policy section 2, field rules)."""

from collections.abc import Iterable

from mailbot.domain.evidence import Extracted, on_file
from mailbot.domain.file import Entitlement, Records
from mailbot.domain.request import Inquiry, Request
from mailbot.handlers.doubted import is_doubted


def lookups(inquiry: Inquiry) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the sites, SENs and e-mail addresses whose records `decide` looks at, each once."""
    sites = (request.site.value for request in inquiry.requests if request.site)
    sens = (sen.value for request in inquiry.requests for sen in named_sens(request))
    emails = (request.reseller.email.value.casefold() for request in inquiry.requests if request.reseller.email)
    return _each_once(sites), _each_once(sens), _each_once(emails)


def named_sens(request: Request) -> tuple[Extracted[str], ...]:
    """Return the SENs that the mail gives, for the request or for one of its lines, each once."""
    of_lines = (line.sen for line in request.lines if line.sen)
    return tuple({sen.value: sen for sen in (*request.sens, *of_lines)}.values())


def named_subscriptions(request: Request, records: Records) -> tuple[Entitlement, ...]:
    """Return the subscriptions on file whose SENs the mail gives, in its order."""
    return tuple(records.sens[sen.value] for sen in named_sens(request) if sen.value in records.sens)


def site_of(request: Request, named: Iterable[Entitlement]) -> Extracted[str] | None:
    """Return the site that the mail gives, else the one site of the SENs named, if it is one."""
    if request.site is not None or is_doubted(request.doubts, "site"):
        return request.site
    sites = {held.site: held for held in named}
    if len(sites) != 1:
        return None
    [(site, held)] = sites.items()
    return on_file(site, held.sen)


def _each_once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
