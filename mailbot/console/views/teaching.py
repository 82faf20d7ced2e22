"""Names that staff teach: proposed beside a case, tried on the past and accepted by an administrator."""

from starlette.responses import Response

from mailbot.console.desk import Console, Visit
from mailbot.console.searching import refresh_search
from mailbot.console.views.case import find_case
from mailbot.domain.errors import InputError
from mailbot.ports import Teacher
from mailbot.service import teaching
from mailbot.store.worklines import find_cases

TRIED = 30
"""Cases of the past that a name is tried on, the newest that hold its words."""


def propose(console: Console, visit: Visit) -> Response:
    """A name is proposed."""
    page = find_case(console, visit.part("number"))
    teaching.propose(console.bench, page.number, visit.value("product"), visit.value("words"), visit.user)
    return visit.go(f"/cases/{page.number}?done=proposed")


def names_page(console: Console, visit: Visit) -> Response:
    """All proposals."""
    with console.bench.store.begin() as uow:
        proposals = uow.proposals.list()
    return visit.page("names.html", proposals=proposals, proposal=None, changed=(), tried=0)


def name_page(console: Console, visit: Visit) -> Response:
    """One proposal, and the cases of the past that it would have changed."""
    with console.bench.store.begin() as uow:
        proposal, proposals = uow.proposals.get(visit.number("name")), uow.proposals.list()
    refresh_search(console.bench, console.read)
    with console.read() as connection:
        numbers = [line.number for line in find_cases(connection, proposal.words, limit=TRIED)]
    changed = teaching.changed_cases(console.bench, _teacher(console), proposal, numbers)
    return visit.page("names.html", proposals=proposals, proposal=proposal, changed=changed, tried=len(numbers))


def settle_name(console: Console, visit: Visit) -> Response:
    """The name is accepted or refused."""
    if visit.value("act") == "accept":
        teaching.accept(console.bench, _teacher(console), visit.number("name"), visit.user)
    else:
        teaching.refuse(console.bench, visit.number("name"), visit.user)
    return visit.go("/admin/names")


def _teacher(console: Console) -> Teacher:
    if console.teacher is None:
        raise InputError("this desk cannot be taught: it was opened without its folder")
    return console.teacher
