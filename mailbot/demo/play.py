"""Plays the demo from the first delivery to the last reply."""

import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.live import Live

from mailbot import store as database
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.logging import write_log
from mailbot.bootstrap.parts import write_parts
from mailbot.bootstrap.serving import running_desk
from mailbot.bootstrap.storing import open_desk_store
from mailbot.demo.keep import keep_open
from mailbot.demo.record import Record, RecordedUnderstanding
from mailbot.demo.samples import DAY, demo_clock, make_folder, records_folder, samples
from mailbot.demo.servers import demo_servers
from mailbot.demo.show import courses_table
from mailbot.domain.case import InboxState
from mailbot.domain.outgoing import OutboxState
from mailbot.ports import Store
from mailbot.store.datafiles import load_data

LONGEST = 120.0
"""Seconds after the last delivery in which everything must have come to its end."""

BETWEEN_DELIVERIES = 0.4


def play(folder: Path, console: Console, *, keep: bool = False) -> bool:
    """Return whether every mail came to its end; the folder then holds replies, database and settings.

    With `keep` the desk and its console go on until they are interrupted.
    """
    record = Record(samples())
    with demo_servers(record.note_reply) as servers:
        make_folder(folder, servers)
        installation, clock = Installation(folder, environment={}), demo_clock()
        database.upgrade(installation.database_url)
        with open_desk_store(installation, clock) as store, store.begin() as uow:
            uow.records.replace(*load_data(records_folder()), clock())
            uow.commit()
        console.print(f"The desk opens on {DAY:%d %B %Y}; {len(record.courses)} mails will come in.\n")
        with (
            (folder / "desk.log").open("w", encoding="utf-8") as log,
            open_desk_store(installation, clock) as store,
        ):
            write_log(installation.settings.log, log)
            with running_desk(installation, clock, lambda inner: RecordedUnderstanding(inner, record)) as desk:
                over = _watch(record, servers.deliver, store, console)
                if keep:
                    keep_open(desk, console)
    for course in record.courses.values():
        if course.reply is not None:
            write_parts(course.reply, folder / "replies" / course.sample.name)
    return over


def _watch(record: Record, deliver: Callable[[bytes], None], store: Store, console: Console) -> bool:
    """Deliver the mails one by one and show what becomes of them, until all have come to their end or time is up."""
    courses = record.courses.values()
    with Live(console=console, get_renderable=lambda: courses_table(courses), refresh_per_second=8):
        for course in courses:
            deliver(course.sample.raw)
            record.note_delivery(course.sample)
            time.sleep(BETWEEN_DELIVERIES)
        until = time.monotonic() + LONGEST
        while not (over := _all_settled(store, len(courses))) and time.monotonic() < until:
            time.sleep(0.1)
    return over


def _all_settled(store: Store, mails: int) -> bool:
    """Whether so many mails have been processed and every reply has left."""
    with store.begin() as uow:
        inbox, outbox = uow.inbox.count_by_state(), uow.outbox.count_by_state()
    waiting = inbox.get(InboxState.NEW, 0) + outbox.get(OutboxState.READY, 0) + outbox.get(OutboxState.SENDING, 0)
    return sum(inbox.values()) >= mails and not waiting
