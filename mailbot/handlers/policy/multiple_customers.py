"""The mail is about more than one customer or site (policy section 4)."""

import itertools
from collections.abc import Iterator

from mailbot.handlers.completed import Completed
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice requests for different sites or customers, and SENs of several sites in one request."""
    for request in view.requests:
        sites = sorted({held.site for held in request.named})
        if len(sites) > 1:
            yield Notice(f"subscriptions of {', '.join(sites)}", "sens")
    for first, second in itertools.pairwise(view.requests):
        if _are_two_customers(first, second):
            yield Notice("requests for different sites or customers", "site")
            return


def _are_two_customers(first: Completed, second: Completed) -> bool:
    if first.kind.needs_site is not second.kind.needs_site:
        return True  # one has a site, the other has none yet
    for whom in (_site, _company, _person):
        if whom(first) and whom(second):
            return whom(first) != whom(second)
    return False


def _site(request: Completed) -> str | None:
    return request.resolved.site.value if request.resolved.site else None


def _company(request: Completed) -> str | None:
    return request.resolved.customer.company.value.casefold() if request.resolved.customer.company else None


def _person(request: Completed) -> str | None:
    return request.resolved.customer.email.value.casefold() if request.resolved.customer.email else None
