"""Topics of policy section 7 that a mail asks about."""

import re
from collections.abc import Sequence

from mailbot.domain.evidence import Extracted
from mailbot.parsers.fold import fold
from mailbot.parsers.layout import Unit
from mailbot.parsers.phrases import Hit
from mailbot.parsers.scan import Scan

_QUESTION_MARK = re.compile(r"[?？]\s*[)）\"”]?\s*$")

_HOW = re.compile(
    r"^(?:how|what|wie|was|comment|como|que|come|cosa|cos|hoe|wat|jak|co|nasil|ne|как|что)(?![^\W\d_])"
    r"|如何|怎|什么|什麼|どう|どのよう|方法|어떻게|방법"
)

HOW_TOPICS = ("how_to_quote", "how_to_renew_or_upgrade")
"""Topics that self-managed products answer by their own topic."""


def find_topics(scan: Scan, units: Sequence[Unit]) -> list[Extracted[str]]:
    """Return the topics asked about, in order, each with the words that show it.

    Words of `asked` count in questions only; a sentence is one by its mark or by a question's words. Words of
    `said` count anywhere.
    """
    found: dict[str, Extracted[str]] = {}
    for unit in units:
        if unit.kind == "row":
            continue
        question = is_question(scan, unit) and (unit.kind != "pair" or "?" in scan.folded[unit.start : unit.end])
        self_managed = scan.within(unit.start, unit.end, "kinds.data_center", "kinds.server")
        for hit in scan.hits.starting(unit.start, unit.end):
            if not (hit.end <= unit.end and hit.tag.startswith("topics.")):
                continue
            if hit.key in HOW_TOPICS and self_managed:
                continue
            if hit.key in ("monthly", "trial") and _is_left(scan, hit):
                continue
            if hit.tag.startswith("topics.said.") or question:
                found.setdefault(hit.key, Extracted(hit.key, (scan.evidence(hit.start, hit.end),)))
    return list(found.values())


def asks_how(words: str) -> bool:
    """Whether words ask how or what something is, not whether it can be done for this customer."""
    return bool(_HOW.search(fold(words)))


def _is_left(scan: Scan, hit: Hit) -> bool:
    """Whether a way of billing is only what a site leaves ("quote the move from monthly to annual?")."""
    around = scan.hits.around(hit.start, hit.end)
    return any(h.tag == "kinds.existing_site" and hit.start < h.end for h in around)


def is_question(scan: Scan, unit: Unit) -> bool:
    """Whether a unit asks something."""
    text = scan.text[unit.start : unit.end].strip()
    if _QUESTION_MARK.search(text):
        return True
    return any(_asks(scan, unit, hit) for hit in scan.within(unit.start, unit.end, "cues.question"))


def _asks(scan: Scan, unit: Unit, hit: Hit) -> bool:
    """Whether a question's word asks here: a short one ("what") only at the head of its sentence."""
    word = scan.folded[hit.start : hit.end]
    head = scan.folded[unit.start : hit.start].strip(" \n-*•>0123456789.)")
    return not word.isascii() or len(word) > 6 or " " in word or len(head) <= 12
