#!/usr/bin/env python3
"""How long the document of a quote takes once warm: CPU milliseconds by language, first quotes and revisions.

    bench/quote_pdf.py [--lines 10] [--runs 40]

Every quote has other amounts, counts and names, so that nothing is printed from a cache. Run it on a quiet machine with
the project's Python.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mailbot.bootstrap.installation import Installation
from mailbot.domain.quote import Quote, QuoteLine
from mailbot.replies import make_renderer
from mailbot.replies.locales import Language
from mailbot.replies.samples import SAMPLE_DESK, SAMPLE_SELLER, sample_quote
from mailbot.resources import shipped_root

WARM_UP = 5


def main() -> None:
    """Print one line for each language."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, default=10)
    parser.add_argument("--runs", type=int, default=40)
    options = parser.parse_args()
    shipped = Installation(shipped_root())
    render = make_renderer(shipped.files, SAMPLE_DESK, SAMPLE_SELLER, shipped.policy_pack)
    print(f"{options.lines} lines, CPU ms: median (fastest)")
    for language in render.languages.values():
        cells = []
        for revision in (False, True):
            times = []
            for quote in varied(language, options.lines, options.runs + WARM_UP, revision=revision):
                begin = time.process_time()
                render.document(quote, language)
                times.append((time.process_time() - begin) * 1000)
            times = times[WARM_UP:]
            cells.append(f"{statistics.median(times):6.1f} ({min(times):.1f})")
        print(f"{language.tag:<8} first quote {cells[0]}   revision {cells[1]}")


def varied(language: Language, lines: int, count: int, *, revision: bool) -> Iterator[Quote]:
    """Yield quotes that have nothing but their layout in common."""
    chance = random.Random(language.tag)
    base = sample_quote(language.sample)
    letters = language.sample["customer_company"] + language.sample["company"]
    for _ in range(count):
        name = "".join(chance.sample(letters, 8))
        priced = tuple(_line(base.lines[index % 2], chance) for index in range(lines))
        total = sum((line.amount for line in priced), Decimal(0))
        quote = replace(
            base,
            number=f"Q-2026-{chance.randrange(100_000):05}",
            lines=priced,
            subtotal=total,
            total=total,
            customer=replace(base.customer, company=name, name=name[::-1]),
        )
        yield quote if revision else replace(quote, replaces=None, replaced=None)


def _line(line: QuoteLine, chance: random.Random) -> QuoteLine:
    amount = Decimal(chance.randrange(1000, 10_000_000)) / 100
    steps = tuple(replace(step, amount=amount, annual=amount * 3) for step in line.steps)
    return replace(line, users=chance.randrange(11, 100), amount=amount, steps=steps)


if __name__ == "__main__":
    main()
