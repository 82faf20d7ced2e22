"""The stages of one mail in one process, in processor time: read, decided, written, printed."""

import datetime as dt
import email
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import TypeVar

from bench.floor import decode
from bench.mails import other_mail, quoted_mail
from bench.measuring import Row
from bench.quote_pdf import varied
from bench.world import Bench
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.understanding import desk_understanding
from mailbot.domain.message import Desk
from mailbot.replies import make_renderer
from mailbot.replies.samples import SAMPLE_DESK, SAMPLE_SELLER
from mailbot.resources import shipped_root
from mailbot.store.datafiles import load_data

T = TypeVar("T")

DESK = Desk(address="quotes@seller.example", trusted_authserv_ids=("mx.seller.example",))
TODAY = dt.date(2026, 11, 20)
WARM_UP = 40
MAILS = 100
QUOTES = 30
LINES = (3, 10)
LANGUAGES = ("en", "de", "zh-Hans", "ja")


def understanding(bench: Bench) -> Iterator[Row]:
    """Measure reading and deciding beside what the standard library takes to parse the same mails."""
    records = load_data(bench.records)[0]
    plain = [mail(n) for n in range(4 * MAILS) for mail in (other_mail, quoted_mail) if n * 3 % 10 < 4]
    mixed = [mail(n) for n in range(MAILS) for mail in (other_mail, quoted_mail)]
    with desk_understanding(Installation(shipped_root()), DESK, lambda: TODAY) as understood:
        for what, raws in (("text mails", plain[: 2 * MAILS]), ("all mails", mixed)):
            for raw in raws[:WARM_UP]:
                understood.decide([understood.read(raw)], lambda *_: records)
            reading, deciding, compat32, default = [], [], [], []
            for _ in range(bench.runs):
                messages = []
                reading.append(_each(lambda raw: messages.append(understood.read(raw)), raws))  # noqa: B023  # called at once
                deciding.append(_each(lambda m: understood.decide([m], lambda *_: records), messages))
                compat32.append(_each(_parse, raws))
                default.append(_each(decode, raws))
            yield Row(
                what=f"read and understood, {what}, beyond MIME parsing",
                unit="ms CPU",
                values=[r + d - c for r, d, c in zip(reading, deciding, compat32, strict=True)],
                goal="<= 3 (text)",
                note=f"read {median(reading):.2f}, decided {median(deciding):.2f}, "
                f"parsing alone {median(compat32):.2f} (compat32), {median(default):.2f} (policy.default)",
            )


def documents(bench: Bench) -> Iterator[Row]:
    """Measure the document of a quote, warm, in which nothing but the layout comes again."""
    shipped = Installation(shipped_root())
    render = make_renderer(shipped.files, SAMPLE_DESK, SAMPLE_SELLER, shipped.policy_pack)
    for lines in LINES:
        for tag in LANGUAGES:
            language = render.languages[tag]
            quotes = list(varied(language, lines, QUOTES, revision=False))
            for quote in quotes[:5]:
                render.document(quote, language)
            each = [_each(lambda quote: render.document(quote, language), [quote]) for quote in quotes[5:]]  # noqa: B023  # called at once
            yield Row(what=f"PDF, {lines} lines, {tag}", unit="ms CPU", values=each, goal="<= 12")


def _parse(raw: bytes) -> None:
    """Parse a mail with the quick policy and decode its parts."""
    for part in email.message_from_bytes(raw).walk():
        if not part.is_multipart():
            part.get_payload(decode=True)


def _each(work: Callable[[T], object], values: Sequence[T]) -> float:
    begin = time.process_time()
    for value in values:
        work(value)
    return (time.process_time() - begin) * 1000 / len(values)
