"""The mail is about more than one customer or site (policy section 4)."""

from collections.abc import Iterator

from mailbot.handlers.completed import Completed
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice requests for different sites or customers, and SENs of several sites in one request."""
    for request in view.requests:
        sites = sorted({held.site for held in request.named})
        if len(sites) > 1:
            yield Notice(f"subscriptions of {', '.join(sites)}", "sens")
    for whom in (_site, _company, _person):
        named = {value for request in view.requests if (value := whom(request))}
        if len(named) > 1:
            yield Notice(f"requests for {', '.join(sorted(named))}", "site")
            return
    if {request.kind.needs_site for request in view.requests} == {True, False}:
        yield Notice("a customer with a site and one without", "site")


def _site(request: Completed) -> str | None:
    return request.resolved.site.value if request.resolved.site else None


def _company(request: Completed) -> str | None:
    return request.resolved.customer.company.value.casefold() if request.resolved.customer.company else None


def _person(request: Completed) -> str | None:
    return request.resolved.customer.email.value.casefold() if request.resolved.customer.email else None
