"""The pool of reader processes: same results, and no file can reach the service."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from office_files import SHEET, attached, docx, paragraph, with_part, xlsx
from pdf_files import pdf

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments import pool as pool_module
from mailbot.parsers.attachments import read
from mailbot.parsers.attachments.pool import ReaderPool, _Child
from mailbot.ports import AttachmentReader

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="process limits are those of Linux")

ORDER = attached(xlsx([["製品", "数量"], ["Jira", 50]]), "order.xlsx")


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(processes=2) as shared:
        yield shared


def processes(pool: ReaderPool) -> list[int]:
    return [child._process.pid for child in pool._idle]


def test_it_is_an_attachment_reader():
    reader: AttachmentReader = ReaderPool()
    assert callable(reader)


@pytest.mark.parametrize(
    "attachment",
    [
        ORDER,
        attached(docx(paragraph("見積")), "q.docx"),
        attached(pdf([[(50, 700, "Jira"), (300, 700, "50")]]), "q.pdf"),
        attached(b'<a href="https://acme.example">x</a>', "q.html"),
        attached(b"Jira,50\nConfluence,20", "q.csv"),
        attached(b"broken", "q.xlsx"),
        attached(with_part(xlsx([["x"]]), SHEET, lambda s: s[:300]), "q.xlsx"),
        attached(b"BEGIN:VCARD", "q.vcf"),
        attached(ORDER.content, "\ud800order\u202e.xlsx", "application/\udfff"),
    ],
    ids=lambda a: ascii(a.filename),
)
def test_a_process_reads_what_reading_here_gives(pool, attachment):
    assert pool(attachment) == read(attachment)


def test_nothing_is_started_before_it_is_needed():
    with ReaderPool() as idle:
        assert idle(attached(b"Jira,50", "order.csv")).readable
        assert processes(idle) == []


def test_a_process_is_used_again(pool):
    pool(ORDER)
    before = processes(pool)
    pool(ORDER)
    assert set(processes(pool)) == set(before)


def test_many_threads_share_a_few_processes(pool):
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(pool, [ORDER] * 40))
    assert all(f.part is not None and f.part.text == "製品\t数量\nJira\t50" for f in found)
    assert len(processes(pool)) <= 2


def test_a_process_that_died_idle_costs_no_attachment(pool):
    pool(ORDER)
    for child in pool._idle:
        child._process.kill()
        child._process.wait()
    assert pool(ORDER).readable


def test_a_process_that_dies_at_work_makes_the_file_corrupt_and_is_replaced(monkeypatch):
    monkeypatch.setattr(_Child, "_ask", lambda child, _: child._process.kill())
    with ReaderPool(processes=1) as unlucky:
        assert unlucky(ORDER).unreadable is Unreadable.CORRUPT
        assert processes(unlucky) == []
        monkeypatch.undo()
        assert unlucky(ORDER).readable


def test_an_interrupted_process_is_not_used_again(monkeypatch):
    def interrupt(child, attachment):
        raise KeyboardInterrupt

    with ReaderPool(processes=1) as interrupted:
        monkeypatch.setattr(_Child, "_ask", interrupt)
        with pytest.raises(KeyboardInterrupt):
            interrupted(ORDER)
        assert processes(interrupted) == []


def test_without_a_process_the_attachment_is_unreadable_and_says_so(monkeypatch):
    def fail(*arguments, **options):
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(pool_module.subprocess, "Popen", fail)
    found = ReaderPool()(ORDER)
    assert found.unreadable is Unreadable.TIMED_OUT
    assert found.notes == ("no reader process: Resource temporarily unavailable",)


def test_what_takes_too_long_is_ended_and_the_next_one_read():
    with ReaderPool(processes=1, wall_seconds=0.001) as impatient:
        start = time.perf_counter()
        assert impatient(ORDER).unreadable is Unreadable.TIMED_OUT
        assert time.perf_counter() - start < 2
        impatient._wall_seconds = 10
        assert impatient(ORDER).readable


def test_processes_are_retired(monkeypatch):
    monkeypatch.setattr(pool_module, "_RETIRE_AFTER", 1)
    with ReaderPool(processes=1) as shortlived:
        assert shortlived(ORDER).readable
        assert processes(shortlived) == []
        assert shortlived(ORDER).readable


def test_closing_ends_the_processes():
    closing = ReaderPool(processes=1)
    closing(ORDER)
    (child,) = closing._idle
    closing.close()
    assert child._process.poll() is not None


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "PermissionError"),
        ("import subprocess; subprocess.run(['true'])", "PermissionError"),
        ("import os; os.system('true')", "PermissionError"),
        ("bytearray(600_000_000)", "MemoryError"),
        ("open(os.devnull, 'w')", "PermissionError"),
    ],
)
def test_a_process_has_no_network_no_children_no_files_and_little_memory(attempt, error):
    source = f"import os; from mailbot.parsers.attachments.child import _confine; _confine(); {attempt}"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert error in done.stderr.splitlines()[-1]
