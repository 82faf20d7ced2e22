"""Where sentences end: at full stops that end no abbreviation, and at lines that their writer ended."""

import re
from collections.abc import Iterator, Sequence

_SENTENCE_END = re.compile(r"(?<![A-Z])(?<!\b[a-z])(?<![.!?])(?!\.{4})[.!?]+[)\"']?(?=\s|$)|[。！？；]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:ctra|avda|pza|apdo|str|pl|mr|mrs|ms|dr|prof|st|no|nr|inc|ltd|co|corp|z\.b|d\.h|u\.a|e\.g|i\.e|approx|ca|bzw|usw|sr|sra|dna|av|jr|tel|ext|std|ent|confl|conf|attn|dept|lic|lics|pos|stk|stck|liz|anz|zzgl|inkl|exkl|evtl|ggf|lfd|max|min|\w*str|hr|fr|mag|ing|dipl|abt|mtl|gem|lt|resp|bspw|incl|excl|aant|dhr|mevr|mw|tav|t\.a\.v|o\.b\.v|m\.b\.t|szt|ul|p|tzn|np|tj|adet|vb|шт|г|ул)|(?<![\d/.])\d{1,2})\.$"
)


def sentences(text: str, lines: Sequence[tuple[int, int]], hard: bool) -> Iterator[tuple[int, int]]:
    """Join wrapped lines and split at the ends of sentences; `hard`: a line that begins anew is a sentence."""
    if not lines:
        return
    widest = max(end - start for start, end in lines)
    begin = lines[0][0]
    for i, (start, end) in enumerate(lines):
        for m in _SENTENCE_END.finditer(text, max(start, begin), end):
            if m[0][0] == "." and _ABBREVIATION.search(text[max(start, m.start() - 6) : m.start() + 1].lower()):
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
