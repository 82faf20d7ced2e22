"""In which currency a request is quoted (policy section 5)."""

from collections.abc import Iterable

from mailbot.domain.file import SiteFile
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.request import Kind, Request
from mailbot.handlers.doubted import is_doubted
from mailbot.handlers.subjects import Subject


def currency_of(
    request: Request, kind: Kind, site: SiteFile | None, subjects: Iterable[Subject], pack: PolicyPack
) -> str | None:
    """Return the currency of the site's subscriptions, else the mail's, else that of the reseller's country.

    None while the site is not known, and when subscriptions of several currencies are concerned.
    """
    on_file = currencies_on_file(site, subjects)
    if on_file:
        return next(iter(on_file)) if len(on_file) == 1 else None
    if request.currency is not None or is_doubted(request.doubts, "currency"):
        return request.currency.value if request.currency else None
    if kind.needs_site and site is None:
        return None
    return pack.country_currency.get(request.reseller.country or "", pack.default_currency)


def currencies_on_file(site: SiteFile | None, subjects: Iterable[Subject]) -> frozenset[str]:
    """Return the currencies of the subscriptions that the lines concern, else of all on the site."""
    concerned = frozenset(subject.held.currency for subject in subjects if subject.held)
    return concerned or frozenset(held.currency for held in (site.entitlements if site else ()))
