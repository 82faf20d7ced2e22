"""Keeps the words of cases searchable: cases that have changed since are read again, some at a time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import sqlalchemy as sa
import structlog

from mailbot.console.desk import Console
from mailbot.domain.errors import InputError, TransientError
from mailbot.ports import Understanding
from mailbot.service.review import Workbench
from mailbot.store.queries import CasePage, case_page

AT_ONCE = 50
PAUSE = 20.0
BREATH = 0.2  # between two rounds of a long catching up, so that the service gets its turn

log = structlog.get_logger(__name__)


def refresh_search(
    bench: Workbench, read: Callable[[], AbstractContextManager[sa.Connection]], limit: int = AT_ONCE
) -> int:
    """Return of how many cases the words were read anew; fewer than `limit` when all are searchable now."""
    with bench.store.begin() as uow:
        waiting = [(uow.cases.get(case_id), version) for case_id, version in uow.search.unsearched(limit)]
    for case, version in waiting:
        with read() as connection:
            page = case_page(connection, case.number)
        with bench.store.begin() as uow:
            entries = [uow.inbox.get(mail.inbox_id) for mail in page.mails] if page else []
        texts = [text for entry in entries if entry for text in _mail(entry.raw, bench.understanding)]
        with bench.store.begin() as uow:
            uow.search.keep(case.id, version, [*(_case(page) if page else ()), *texts])
            uow.commit()
    return len(waiting)


@contextmanager
def kept_searchable(console: Console) -> Iterator[None]:
    """Read anew what has changed, in a thread, for the time of the block."""
    stop = threading.Event()
    thread = threading.Thread(target=_refresh_all, args=(console, stop), name="mailbot-search")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _refresh_all(console: Console, stop: threading.Event) -> None:
    pause = 0.0
    while not stop.wait(pause):
        try:
            pause = BREATH if refresh_search(console.bench, console.read) == AT_ONCE else PAUSE
        except TransientError as error:
            log.warning("search_not_refreshed", error=type(error).__name__)
            pause = PAUSE


def _case(page: CasePage) -> Iterator[str]:
    yield page.number
    yield page.subject
    yield from page.participants
    for quote in page.quotes:
        yield f"{quote.quote.number} {quote.quote.total}"
    for request in page.decision.requests if page.decision else ():
        for party in (request.reseller, request.customer):
            yield from (v.value for v in (party.name, party.email, party.company) if v)
        yield from (v.value for v in (request.contact.name, request.contact.email, request.site) if v)
        yield from (sen.value for sen in request.sens)
    yield from (reply.text for reply in page.replies)


def _mail(raw: bytes, understanding: Understanding) -> Iterator[str]:
    try:
        message = understanding.read(raw)
    except InputError:
        return
    if message.sender is not None:
        yield f"{message.sender.name or ''} {message.sender.email}"
    yield message.body.text
    for attachment in message.attachments:
        yield attachment.filename or ""
        if attachment.part is not None:
            yield attachment.part.text
