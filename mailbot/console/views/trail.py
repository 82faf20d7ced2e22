"""The audit trail: who logged in, read, changed and released what, with the proof that no line was changed."""

from starlette.responses import Response

from mailbot.console.desk import Console, Visit

PAGE = 100


def trail_page(console: Console, visit: Visit) -> Response:
    """The newest lines; the chain of digests is checked each time the first page is opened."""
    before = visit.asked("before")
    with console.bench.store.begin() as uow:
        entries = uow.audit.newest(PAGE, int(before) if before.isdecimal() else None)
        broken = uow.audit.first_broken() if not before else None
    return visit.page("trail.html", entries=entries, broken=broken, before=before, more=len(entries) == PAGE)
