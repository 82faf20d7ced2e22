"""Two statements that cannot both be right, and nothing says which is (policy sections 2, 4 and 5)."""

import unicodedata
from collections.abc import Iterator

from mailbot.domain.file import SiteFile
from mailbot.domain.request import Kind
from mailbot.handlers.completed import Completed
from mailbot.handlers.subjects import PRODUCT_FROM_SEN, unmatched
from mailbot.handlers.view import Notice, View

_FIRST_EAST_ASIAN = "\u2e80"  # CJK radicals, kana, ideographs and hangul syllables come after


def notices(view: View) -> Iterator[Notice]:
    """Notice site against SEN, SEN against product, a contact's name against the address, currency against file."""
    for request in view.requests:
        if request.kind.needs_site:
            yield from _site_and_sens(request)
            yield from _products_and_sens(request)
            yield from _name_and_email(request)
            yield from _nothing_to_renew(request)
            yield from _plan_of_another(request)
        yield from _product_twice(request)
        yield from _currency(request, view)


def _site_and_sens(request: Completed) -> Iterator[Notice]:
    site = request.asked.site
    for held in request.named:
        if site is not None and held.site != site.value:
            yield Notice(f"{held.sen} is a subscription of {held.site}, not of {site.value}", "sens", site.evidence)


def _products_and_sens(request: Completed) -> Iterator[Notice]:
    for index, line in enumerate(request.lines):
        tied = line.asked.sen if line.asked else None
        for held in request.named:
            if tied is not None and held.sen == tied.value and line.product not in (None, held.product):
                note = f"{held.sen} is a subscription of {held.product}, not of {line.product}"
                yield Notice(note, f"lines[{index}].product", tied.evidence)
    if request.asked.kind in PRODUCT_FROM_SEN:
        products = [line.product for line in request.lines if line.product]
        unasked, strangers = unmatched(request.named, products)
        if unasked and strangers and len(products) == len(request.lines):
            named = ", ".join(f"{held.sen} ({held.product})" for held in unasked)
            yield Notice(f"the mail names {named} but asks for {', '.join(strangers)}", "lines")


def _plan_of_another(request: Completed) -> Iterator[Notice]:
    """Notice "Jira and Confluence Premium" where the file has Jira on another plan: one product's, or both's."""
    for index, line in enumerate(request.lines):
        plan = line.asked.plan if line.asked and line.asked.plan_shared else None
        if plan is not None and line.held and plan.value != line.held.plan:
            note = f"the plan may be meant for one product alone; {line.held.sen} is on {line.held.plan}"
            yield Notice(note, f"lines[{index}].plan", plan.evidence)


def _name_and_email(request: Completed) -> Iterator[Notice]:
    name, email = request.resolved.contact.name, request.resolved.contact.email
    if name is None or email is None or request.site is None:
        return
    if _are_two_people(name.value, email.value.casefold(), request.site):
        note = f"{name.value} and {email.value} are two people on file"
        yield Notice(note, "authorized_contact.name", name.evidence + email.evidence)


def _are_two_people(name: str, email: str, site: SiteFile) -> bool:
    """Whether the name is exactly that of somebody else than the owner of the address; both are on file."""
    owners = {_same_name(contact.name) for contact in site.contacts if contact.email.casefold() == email}
    others = {_same_name(contact.name) for contact in site.contacts if contact.email.casefold() != email}
    stated = _same_name(name)
    return bool(owners) and stated in others and stated not in owners


def _same_name(name: str) -> tuple[str, ...]:
    """Return what spellings of one name share: no case, accents or word order, nor spaces in East Asian names."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    if any(letter >= _FIRST_EAST_ASIAN for letter in folded):
        return tuple(sorted(letter for letter in folded if letter.isalnum()))
    plain = [letter for letter in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(letter)]
    return tuple(sorted("".join(letter if letter.isalnum() else " " for letter in plain).split()))


def _nothing_to_renew(request: Completed) -> Iterator[Notice]:
    """Notice a renewal of which the site has no product at all; beside one that it has, a new one is an addition."""
    products = [line for line in request.lines if line.product]
    if request.kind is not Kind.RENEWAL or request.site is None or not products:
        return
    if not any(line.held for line in products):
        yield Notice("a renewal of products that the site does not have", "lines")


def _product_twice(request: Completed) -> Iterator[Notice]:
    products = [line.product for line in request.lines if line.product]
    for index, product in enumerate(products):
        if product in products[:index]:
            yield Notice(f"{product} is asked for twice", "lines")
            return


def _currency(request: Completed, view: View) -> Iterator[Notice]:
    asked, on_file = request.asked.currency, request.currencies_on_file
    priced = view.records.price_book.currencies
    if len(on_file) > 1:
        yield Notice(f"subscriptions in {' and '.join(sorted(on_file))}", "currency")
    elif asked is not None and on_file and asked.value in priced - on_file:
        yield Notice(f"asks for {asked.value}, the site is quoted in {min(on_file)}", "currency", asked.evidence)
