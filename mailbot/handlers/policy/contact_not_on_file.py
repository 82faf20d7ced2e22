"""The authorized contact's e-mail is not on file for the site (policy section 4)."""

from collections.abc import Iterator

from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a contact whose address the site's file has not; where the site is not on file nobody is judged."""
    for request in view.requests:
        email = request.resolved.contact.email
        if not request.kind.needs_site or request.site is None or email is None:
            continue
        if email.value.casefold() not in {contact.email.casefold() for contact in request.site.contacts}:
            path = "authorized_contact.email"
            yield Notice(f"{email.value} is no contact of {request.site.site}", path, email.evidence)
