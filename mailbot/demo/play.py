"""Plays the demo from the first delivery to the last reply."""

import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.live import Live

from mailbot import store as database
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.parts import write_parts
from mailbot.bootstrap.serving import running_desk
from mailbot.bootstrap.storing import open_desk_store
from mailbot.demo.record import Record, RecordedUnderstanding
from mailbot.demo.samples import DAY, demo_clock, make_folder, records_folder, samples
from mailbot.demo.servers import demo_servers
from mailbot.demo.show import courses_table
from mailbot.store.datafiles import load_data

LONGEST = 120.0
"""Seconds after the last delivery in which everything must have come to its end."""

BETWEEN_DELIVERIES = 0.4


def play(folder: Path, console: Console) -> bool:
    """Return whether every mail came to its end; the folder then holds replies, database and settings."""
    record = Record(samples())
    with demo_servers(record.note_reply) as servers:
        make_folder(folder, servers)
        installation, clock = Installation(folder, environment={}), demo_clock()
        database.upgrade(installation.database_url)
        with open_desk_store(installation, clock) as store, store.begin() as uow:
            uow.records.replace(*load_data(records_folder()), clock())
            uow.commit()
        console.print(f"The desk opens on {DAY:%d %B %Y}; {len(record.courses)} mails will come in.\n")
        with running_desk(installation, clock, lambda desk: RecordedUnderstanding(desk, record)):
            over = _watch(record, servers.deliver, console)
    for course in record.courses.values():
        if course.reply is not None:
            write_parts(course.reply, folder / "replies" / course.sample.name)
    return over


def _watch(record: Record, deliver: Callable[[bytes], None], console: Console) -> bool:
    """Deliver the mails one by one and show what becomes of them, until all have come to their end or time is up."""
    courses = record.courses.values()
    with Live(console=console, get_renderable=lambda: courses_table(courses), refresh_per_second=8):
        for course in courses:
            deliver(course.sample.raw)
            record.note_delivery(course.sample)
            time.sleep(BETWEEN_DELIVERIES)
        until = time.monotonic() + LONGEST
        while not record.is_over and time.monotonic() < until:
            time.sleep(0.05)
    return record.is_over
