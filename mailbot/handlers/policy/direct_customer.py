"""The sender is an authorized contact of the site, not a reseller (policy section 4)."""

from collections.abc import Iterator

from mailbot.handlers.completed import Completed
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a sender who is on file for the request's site, or for any site while the mail names none."""
    for request in view.requests:
        email = request.resolved.reseller.email
        if not request.kind.needs_site or email is None:
            continue
        if _is_contact(email.value.casefold(), request, view):
            yield Notice(f"{email.value} is a contact of the customer's site", "reseller.email", email.evidence)


def _is_contact(email: str, request: Completed, view: View) -> bool:
    if request.site is not None:
        return email in {contact.email.casefold() for contact in request.site.contacts}
    names_no_site = request.resolved.site is None and not request.resolved.sens
    return names_no_site and bool(view.records.contact_sites.get(email))
