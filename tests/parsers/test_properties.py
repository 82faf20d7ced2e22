"""Whatever arrives is read: a result for any bytes, the same each time, and evidence that stands where it says."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.evidence import BODY, FROM_HEADER, SUBJECT, Evidence
from mailbot.domain.message import Desk, InboundMessage
from mailbot.domain.request import Inquiry
from mailbot.parsers.knowledge import load_mail_knowledge
from mailbot.parsers.lexicon import load_knowledge
from mailbot.parsers.mime import read_headers, read_message
from mailbot.parsers.understand import understand
from tests.metamorphic.cases import draw_case, opened_desk
from tests.metamorphic.wording import languages

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE, MAIL_KNOWLEDGE = load_knowledge(ROOT / "config"), load_mail_knowledge(ROOT / "config")
DESK = Desk(address="quotes@seller.example")
SAMPLES = sorted((ROOT / "config" / "demo" / "mails").glob("*.eml"))

_SPICE = (
    *(
        b"\r\n\r\n",
        b"\n",
        b"\x00",
        b"\xff\xfe",
        b"=?utf-8?b?",
        b"=3D",
        b"> ",
        b"--",
        b"\x1b$B",
        b"Content-Type: ",
        b"\t",
    ),
    *(b"50 users", b"SEN-1234567", b"x.atlassian.net", "٥٠".encode(), "五十".encode(), b"<td>", b"&nbsp;", b"From: "),
)


@given(raw=st.binary(max_size=3_000))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_a_result(raw: bytes) -> None:
    """No bytes raise; the evidence of what they are taken for is right."""
    _check_evidence(*_understood([raw]))


@given(raw=st.binary(max_size=3_000))
@settings(max_examples=150, deadline=None)
def test_the_headers_of_any_bytes_can_be_read(raw: bytes) -> None:
    """No bytes raise, for whatever is parked was raised over already."""
    read_headers(raw)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_headers_alone_say_the_same_as_in_the_whole_mail(sample: Path) -> None:
    with opened_desk() as desk:
        whole = desk.understanding.read(sample.read_bytes())
    alone = read_headers(sample.read_bytes())
    assert whole.sender is not None
    assert alone.sender is not None
    assert alone.sender.email == whole.sender.email
    assert (alone.in_reply_to, alone.references) == (whole.in_reply_to, whole.references)


@given(sample=st.sampled_from(SAMPLES), seed=st.integers(min_value=0))
@settings(max_examples=150, deadline=None)
def test_any_mutation_of_a_mail_gives_a_result(sample: Path, seed: int) -> None:
    """Bytes lost, doubled, swapped or put in between change what is understood, but nothing raises."""
    _check_evidence(*_understood([_mutated(sample.read_bytes(), random.Random(seed))]))


@pytest.mark.parametrize("language", languages())
def test_evidence_stands_where_it_says(language: str) -> None:
    """In mails of every language, layout and encoding the text at each place is the text of the evidence."""
    with opened_desk() as desk:
        for number in range(1_000, 1_012):
            messages = [desk.understanding.read(raw) for raw in desk.mails(draw_case(language, number))]
            _check_evidence(messages, understand(messages, KNOWLEDGE, DESK))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_same_mail_is_understood_the_same(sample: Path) -> None:
    """Reading and understanding give equal values each time."""
    raw = sample.read_bytes()
    assert _understood([raw]) == _understood([raw])


def _understood(thread: Sequence[bytes]) -> tuple[list[InboundMessage], Inquiry]:
    messages = [read_message(raw, DESK, MAIL_KNOWLEDGE) for raw in thread]
    return messages, understand(messages, KNOWLEDGE, DESK)


def _mutated(raw: bytes, rng: random.Random) -> bytes:
    """Return the bytes after a few changes."""
    for _ in range(rng.randint(1, 12)):
        at, to = sorted(rng.randrange(len(raw) + 1) for _ in range(2))
        match rng.randrange(5):
            case 0:
                raw = raw[:at] + raw[min(to, at + 40) :]
            case 1:
                raw = raw[:at] + rng.choice(_SPICE) + raw[at:]
            case 2:
                raw = raw[:at] + raw[at : at + 60] * 3 + raw[at:]
            case 3:
                raw = raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]
            case _:
                raw = raw[:at] + raw[to : to + 200] + raw[at:]
    return raw


def _check_evidence(messages: Sequence[InboundMessage], inquiry: Inquiry) -> None:
    for evidence in _evidence_in(inquiry):
        assert _text_of(messages[evidence.message], evidence.part)[evidence.start : evidence.end] == evidence.text


def _text_of(message: InboundMessage, part: str) -> str:
    """Return the text that offsets of this part count in."""
    if part == BODY:
        return message.body.text
    if part == SUBJECT:
        return message.subject.text
    return next(a.part.text for a in message.attachments if a.part is not None and a.part.name == part)


def _evidence_in(value: Any) -> Iterator[Evidence]:
    """Yield every piece of evidence within a value, but for that of headers, which have no text of their own."""
    if isinstance(value, Evidence):
        if value.part != FROM_HEADER:
            yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _evidence_in(item)
    elif is_dataclass(value):
        for item in fields(value):
            yield from _evidence_in(getattr(value, item.name))
