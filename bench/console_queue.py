#!/usr/bin/env python3
"""How long the database takes for a page of the console's queue with 20,000 open cases.

bench/console_queue.py [DATABASE-URL]      a fresh SQLite file when none is given; an empty database otherwise
"""

import datetime as dt
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from statistics import median

import sqlalchemy as sa

from mailbot.store import SqlStore, open_store, upgrade
from mailbot.store.engine import make_engine
from mailbot.store.staff_tables import queue
from mailbot.store.tables import cases, inbox, review_items
from mailbot.store.worklines import QueueFilter, QueuePage, queue_page

CASES = 20_000
RUNS = 9
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
LANGUAGES = ("en", "de", "ja", "zh-Hans")
REASONS = ("amount_limit", "unknown_site", "contact_not_on_file", "ambiguous_quantity", "co_term_review")
WORDS = ("harbour", "kestrel", "renewal", "jira", "confluence", "premium", "contact", "logistics")
DECISION = '{"action":"review"}' + " " * 6000  # as long as decisions are

PAGES = {
    "first page": (QueueFilter(), 0),
    "last page": (QueueFilter(), CASES - 50),
    "largest first": (QueueFilter(sort="amount"), 0),
    "by reseller": (QueueFilter(sort="reseller"), 0),
    "filtered": (QueueFilter(reason="amount_limit", language="ja"), 0),
    "rare word": (QueueFilter(words="reseller123"), 0),
    "common word": (QueueFilter(words="jira"), 0),
}


def main() -> None:
    """Print the times."""
    url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{tempfile.mkdtemp()}/bench.sqlite3"
    upgrade(url)
    fill(url)
    store = open_store(url, lambda: NOW)
    for name, (wanted, offset) in PAGES.items():
        seconds = [timed(lambda: page(store, wanted, offset)) for _ in range(RUNS)]  # noqa: B023  # called at once
        print(f"{name:14} median {median(seconds) * 1000:6.1f} ms, longest {max(seconds) * 1000:6.1f} ms")


def page(store: SqlStore, wanted: QueueFilter, offset: int) -> QueuePage:
    """Return a page of the queue."""
    with store.read() as connection:
        return queue_page(connection, wanted, NOW, offset=offset)


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds the work took."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def fill(url: str) -> None:
    """Make the open cases."""
    dice = random.Random(1)
    with make_engine(url).begin() as connection:
        for table, row in ((cases, case_row), (inbox, inbox_row), (review_items, item_row), (queue, queue_row)):
            rows = [row(number, dice) for number in range(1, CASES + 1)]
            for start in range(0, CASES, 1000):
                connection.execute(sa.insert(table), rows[start : start + 1000])
        if connection.dialect.name == "sqlite":
            insert = "INSERT INTO case_words (rowid, words) VALUES (:id, :words)"
        else:
            insert = "INSERT INTO case_words (case_id, words) VALUES (:id, to_tsvector('simple', :words))"
        connection.execute(sa.text(insert), [words_row(number, dice) for number in range(1, CASES + 1)])


def case_row(number: int, dice: random.Random) -> dict[str, object]:
    """Return a case."""
    return {
        "id": number, "number": f"Q-2026-{number:05}", "version": 1, "opened_at": opened(number),
        "changed_at": opened(number), "language": dice.choice(LANGUAGES), "subject": f"Quote for customer {number}",
        "last_action": "review", "revision": 0, "decision": DECISION,
    }  # fmt: skip


def inbox_row(number: int, dice: random.Random) -> dict[str, object]:
    """Return the mail of a case."""
    return {
        "id": number, "account": "quotes", "folder": "INBOX", "uidvalidity": 1, "uid": number,
        "sha256": f"{number:064}",
        "message_id": f"m{number}", "sender": f"a{dice.randrange(500)}@reseller.example", "size": 1000,
        "received_at": opened(number), "state": "done", "attempts": 1, "fence": 1, "case_id": number,
        "outcome": "review", "cause": "", "filed": True,
    }  # fmt: skip


def item_row(number: int, dice: random.Random) -> dict[str, object]:
    """Return the open item of a case."""
    return {
        "id": number, "case_id": number, "inbox_id": number, "opened_at": opened(number), "decision": DECISION,
        "note": "",
    }  # fmt: skip


def queue_row(number: int, dice: random.Random) -> dict[str, object]:
    """Return its line of the queue."""
    return {
        "item_id": number, "case_id": number, "opened_at": opened(number), "language": dice.choice(LANGUAGES),
        "kind": "renewal", "reasons": f",{dice.choice(REASONS)},", "reseller": f"Reseller {number % 500}",
        "customer": f"Customer {number}", "currency": "USD", "cents": dice.randrange(10**8),
    }  # fmt: skip


def words_row(number: int, dice: random.Random) -> dict[str, object]:
    """Return the words of a case."""
    words: Sequence[str] = dice.choices(WORDS, k=60)
    return {"id": number, "words": " ".join(words) + f" customer {number} reseller{number % 500}"}


def opened(number: int) -> dt.datetime:
    """Return when the case was opened."""
    return NOW - dt.timedelta(minutes=number * 7 % 20_000)


if __name__ == "__main__":
    main()
