"""Where sentences end: at full stops that end no abbreviation, and at lines that their writer ended."""

import re
from collections.abc import Callable, Iterator, Sequence

_SENTENCE_END = re.compile(r"(?<![A-Z])(?<!\b[a-z])(?<![.!?])(?!\.{4})[.!?]+[)\"']?(?=\s|$)|[。！？；]")
_COUNT = re.compile(r"(?<![\d/.])[1-9]\d\.$")  # "stays at 25. The others .."


def sentences(
    text: str,
    lines: Sequence[tuple[int, int]],
    abbreviation: re.Pattern[str],
    hard: bool,
    in_date: Callable[[int], bool],
) -> Iterator[tuple[int, int]]:
    """Join wrapped lines and split at the ends of sentences.

    `abbreviation` matches where a text ends with one; `hard`: a line that begins anew is a sentence; `in_date` tells
    whether a place is inside a date: "am 25. Dezember" goes on there.
    """
    if not lines:
        return
    widest = max(end - start for start, end in lines)
    begin = lines[0][0]
    for i, (start, end) in enumerate(lines):
        for m in _SENTENCE_END.finditer(text, max(start, begin), end):
            before = text[max(start, m.start() - 6) : m.start() + 1].lower()
            counts = _COUNT.search(before) and text[m.end() : m.end() + 2].strip().isupper()
            if m[0][0] == "." and abbreviation.search(before) and not (counts and not in_date(m.start())):
                continue
            yield begin, m.end()
            begin = m.end()
        last = i + 1 == len(lines)
        short = end - start < 0.6 * widest or (widest < 40 and not last)
        short = short or (hard and not last and not text[lines[i + 1][0] : lines[i + 1][1]].lstrip()[:1].islower())
        if (last or short or text[start:end].rstrip().endswith((":", "："))) and text[begin:end].strip():
            yield begin, end
        if last or short or text[start:end].rstrip().endswith((":", "：")):
            begin = lines[i + 1][0] if not last else end


def pieces(text: str, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """Cut what is longer than anybody writes: what is read as one is compared part by part with itself."""
    while end - start > longest:
        half = start + longest // 2
        stop = 1 + max(text.rfind("\t", half, start + longest), text.rfind(" ", half, start + longest))
        stop = stop or start + longest
        yield start, stop
        start = stop
    yield start, end
