"""Mutations of mails and files, fed to everything that reads what strangers write: no crash, no hang.

Short here; `make fuzz MUTATIONS=1000` goes on for long. A failure names the seed that makes it again.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from mailbot.console.foreign import cleaned, download_headers, html_of
from mailbot.console.guard import is_form_token
from mailbot.domain.case_number import numbers_in
from mailbot.domain.errors import MailbotError
from mailbot.domain.message import Attachment, Authentication
from mailbot.parsers import addresses, charset, headers
from mailbot.parsers.attachments.pool import ReaderPool
from mailbot.parsers.authentication import authentication
from mailbot.parsers.html import Marks, render
from mailbot.parsers.mime import read_headers
from mailbot.service.receive import envelope_of
from tests.security.attacked import letter
from tests.security.payloads import payloads
from tests.security.test_hostile_files import ROWS, docx, opendocument, paragraph, pdf, xls, xlsx
from tests.security.test_senders import FORGED_ABOVE, FORGED_BELOW, INJECTED, NOBODY, PLAIN

MUTATIONS = int(os.environ.get("FUZZ_MUTATIONS", "3"))
SECONDS = 5.0
READERS = ReaderPool(processes=1, wall_seconds=2)
SAMPLES = sorted((Path(__file__).parents[2] / "config" / "demo" / "mails").glob("*.eml"))
TOKENS = [
    b"\0",
    b"\r\n",
    b"\n\n",
    b"\r",
    b"\xff\xfe",
    b"\xed\xa0\xbd",
    b"=?utf-8?b?",
    b"?=",
    b"=?",
    b"--",
    b'"',
    b"(",
    b")",
    b"<",
    b">",
    b"@",
    b",",
    b";",
    b":",
    b"\\",
    b"%",
    b"{",
    b"}",
    b"&",
    b"&#",
    b"<!--",
    b"]]>",
    b"\x1b$B",
    b"+AGE-",
    b"2147483648",
    b"-1",
    b"1e309",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"begin 644 x",
    "\u202e".encode(),
    "\u200b".encode(),
    b"A" * 5000,
    b"(" * 500,
    b"<div>" * 500,
    b"endobj",
    b"stream",
    b"PK\x03\x04",
    b"obj",
]


def mutated(seed: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Return the bytes with one to six changes: flipped, cut, doubled, moved, spliced with another's, spiced."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        match chance.randrange(7):
            case 0 if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
            case 1:
                del data[at : min(end, at + 200)]
            case 2:
                data[at:at] = data[at : min(end, at + 2000)] * chance.randint(1, 5)
            case 3:
                data[at:at] = chance.choice(TOKENS)
            case 4:
                other = chance.choice(others)
                start = chance.randrange(len(other) + 1)
                data[at : min(end, at + 500)] = other[start : start + 500]
            case 5:
                data[at:] = b"" if chance.random() < 0.3 else data[at:]
            case _:
                piece = bytes(data[at : min(end, at + 300)])
                del data[at : at + len(piece)]
                place = chance.randrange(len(data) + 1)
                data[place:place] = piece
    return bytes(data[:200_000])


def text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def settled(data: bytes) -> None:
    found = READERS(
        Attachment(filename="a", content_type="application/octet-stream", size=len(data), md5="", content=data)
    )
    assert [found.part is not None, found.unreadable is not None, found.decoy].count(True) == 1


def no_sender_with_room(data: bytes) -> None:
    sender = addresses.sender((data,), None, [])
    assert sender is None or not set("\r\n\0<>,; ") & set(sender.email)


def never_passed_below_a_failure(data: bytes) -> None:
    """Whatever stands below the border's own failure, the mail has failed."""
    own = "mx.seller.example; dmarc=fail"
    assert authentication([own, headers.decode(data)], ("mx.seller.example",)) is Authentication.FAILED


PAGES = [payload.encode() for payload in payloads("http://canary.example")]
RESULTS = [value.encode() for table in (FORGED_BELOW, FORGED_ABOVE, INJECTED) for value in table.values()]
FROMS = [value.encode() for value in (*NOBODY, *PLAIN)]
MAILS = [path.read_bytes() for path in SAMPLES]
TARGETS: dict[str, tuple[Sequence[bytes], Callable[[bytes], object]]] = {
    "headers of a mail": (MAILS, read_headers),
    "envelope of a mail": ([*MAILS, *(letter(sender=value) for value in FROMS)], envelope_of),
    "HTML of a mail": ([*MAILS, *PAGES], html_of),
    "HTML": (PAGES, lambda data: render(text(data), Marks())),
    "HTML for the console": (PAGES, lambda data: cleaned(data.decode("utf-8", "replace"))),
    "workbook": ([xlsx(ROWS)], settled),
    "old workbook": ([xls([["Jira", 5.0]])], settled),
    "document": ([docx(paragraph("Jira"))], settled),
    "OpenDocument": ([opendocument("<text:p>Jira</text:p>", "text")], settled),
    "PDF": ([pdf([[(50, 700, "Jira 5 users")]])], settled),
    "rich text": ([rb"{\rtf1\ansi\ansicpg932 \'90\'bb\u35211? Jira\par}"], settled),
    "From": (FROMS, no_sender_with_room),
    "Authentication-Results": (RESULTS, never_passed_below_a_failure),
    "references": ([b"<a@b> <c@d>", b"In-Reply-To <x@y>"], headers.message_ids),
    "subject": ([b"Re: x [Q-2026-00001]"], lambda data: numbers_in(headers.decode(data))),
    "date": ([b"Fri, 20 Nov 2026 09:00:00 +0000"], headers.date),
    "character set": (MAILS, lambda data: charset.decode(data, text(data[:12]))),
    "form token": ([b"0" * 64], lambda data: is_form_token(text(data), "secret")),
    "file name": ([b"../../order.xlsx"], lambda data: download_headers(headers.decode(data))),
}


@pytest.fixture(scope="module", autouse=True)
def readers() -> Iterator[None]:
    """The process in which files are read, within its limits as in the service."""
    yield
    READERS.close()


@pytest.mark.parametrize("target", TARGETS)
def test_no_mutation_makes_a_reader_fail_or_hang(target):
    seeds, feed = TARGETS[target]
    for number in range(MUTATIONS * 5):
        data = mutated(seeds[number % len(seeds)], seeds, random.Random(f"{target}/{number}"))
        started = time.process_time()
        try:
            feed(data)
        except MailbotError:
            pass
        except Exception as error:
            pytest.fail(f"{target}/{number}: {type(error).__name__}: {error}")
        assert time.process_time() - started < SECONDS, f"{target}/{number}: too slow"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_no_mutation_of_a_sample_mail_stops_the_desk(shared_desk, path):
    """Each is taken to its end by the whole service; replies go to the address that the mail came from, or nowhere."""
    for number in range(MUTATIONS):
        data = mutated(path.read_bytes(), MAILS, random.Random(f"{path.stem}/{number}"))
        started = time.process_time()
        sent = shared_desk.take(data)
        assert time.process_time() - started < SECONDS, f"{path.stem}/{number}: too slow"
        sender = shared_desk.understanding.read(data).sender
        assert all(one.recipients == (sender and sender.email,) for one in sent), f"{path.stem}/{number}"
    with shared_desk.store.begin() as uow:
        assert not uow.inbox.unprocessed()
