"""What grows: memory with the mails of a run, time with the mails of the past."""

import contextlib
import datetime as dt
import os
import time
from collections.abc import Iterator

import sqlalchemy as sa

from bench.end_to_end import batch, by_turns, rows
from bench.mails import other_mail
from bench.measuring import Row, memory_of, times
from bench.world import Bench, running_desk
from mailbot.store import open_store
from mailbot.store.engine import make_engine
from mailbot.store.worklines import QueueFilter, queue_page

PAST, PAST_LONG = 100_000, 1_000_000
MANY, MANY_LONG = 2_000, 20_000
STEPS = 10


def memory(bench: Bench) -> Iterator[Row]:
    """Measure the memory of the running service, its reader processes included, after each tenth of the mails."""
    count = (MANY_LONG if bench.long else MANY) // STEPS
    with running_desk(bench, bench.fresh_sqlite()) as running:
        batch(bench, running, other_mail, count)
        used = []
        for step in range(STEPS):
            batch(bench, running, other_mail, count)
            used.append(sum(memory_of(pid) for pid in (*running.pids, *_children(running.pids[0]))))
            bench.say(f"{(step + 1) * count:,} mails: {used[-1]:.0f} MB")
    half = STEPS // 2
    yield Row(
        what=f"memory after {count * STEPS:,} mails",
        unit="MB",
        values=used,
        goal="<= 250, flat",
        note=f"{used[-1] - used[half - 1]:+.1f} MB over the last {half * count:,}",
    )


def history(bench: Bench) -> Iterator[Row]:
    """Measure end to end, and a page of the console's queue, with many past mails against none."""
    past = PAST_LONG if bench.long else PAST
    full = bench.fresh_sqlite()
    began = time.monotonic()
    fill(full, past)
    bench.say(f"{past:,} past mails made in {time.monotonic() - began:.0f} s")
    with running_desk(bench, full) as old, running_desk(bench, bench.fresh_sqlite()) as new:
        speeds, others = by_turns(
            bench,
            lambda: batch(bench, old, other_mail, bench.mails),
            lambda: batch(bench, new, other_mail, bench.mails),
        )
    yield from rows(f"end to end, {past:,} past mails", speeds, others, "an empty database", ">= 0.9")
    store = open_store(full, lambda: dt.datetime.now(dt.UTC))
    with store.read() as connection:
        pages = times(lambda: queue_page(connection, QueueFilter(), dt.datetime.now(dt.UTC)), bench.runs + 1)[1:]
    store.close()
    yield Row(what=f"queue page, {past:,} past mails", unit="ms", values=[p * 1000 for p in pages], goal="<= 100")


def fill(url: str, count: int) -> None:
    """Make so many mails of the past year, each with case, events, reply and its log, all settled."""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    at = f"datetime('now', '-400 days', (i * 30000000 / {count}) || ' seconds') || '.000000'"
    sender = "'ana' || i || '@past' || (i % 20000) || '.example'"
    tables = {
        "cases (id, number, version, opened_at, changed_at, language, subject, last_action, revision, decision)": (
            f"i, 'Q-2025-' || i, 2, {at}, {at}, 'en', 'Quote for Jira', 'ask', 0,"
            " printf('{\"action\":\"ask\"}%500s', '')"
        ),
        "case_participants (case_id, address, domain)": f"i, {sender}, 'past' || (i % 20000) || '.example'",
        "case_message_ids (message_id, case_id)": "'past' || i || '@past.example', i",
        "case_events (case_id, at, kind, actor, data)": f"i, {at}, 'Decided', 'machine', '{{\"action\":\"ask\"}}'",
        "inbox (id, account, folder, uidvalidity, uid, sha256, message_id, sender, size, received_at, state, attempts,"
        " fence, case_id, outcome, cause, filed)": (
            f"i, 'quotes', 'Past', 1, i, printf('%064d', i), 'past' || i || '@past.example', {sender}, 900, {at},"
            " 'done', 1, 1, i, 'ask', '', 1"
        ),
        "inbox_bytes (inbox_id, raw)": "i, CAST(printf('Subject: past %800s', '') AS BLOB)",
        "outbox (id, case_id, revision, kind, message_id, recipients, sha256, state, attempts, fence, due_at,"
        " finished_at, domain, to_archive)": (
            f"i, i, 1, 'ask', '<reply' || i || '@seller.example>', '[]', printf('%064d', i), 'sent', 1, 1, {at}, {at},"
            " 'past' || (i % 20000) || '.example', 0"
        ),
        "outbox_bytes (outbox_id, raw, subject, language, text)": (
            "i, CAST(printf('%800s', '') AS BLOB), 'Re', 'en', ''"
        ),
        "sent_log (id, address, domain, at)": f"i, {sender}, 'past' || (i % 20000) || '.example', {at}",
    }
    with make_engine(url).begin() as connection:
        for columns, values in tables.items():
            connection.execute(sa.text(f"INSERT INTO {columns} {numbers} SELECT {values} FROM n".replace(":", r"\:")))
        connection.execute(sa.text("ANALYZE"))


def _children(pid: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit():
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                    if int(file.read().rpartition(")")[2].split()[1]) == pid:
                        found.append(int(name))
    return found
