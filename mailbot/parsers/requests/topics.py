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


SELF_MANAGED = ("data_center", "server")
"""Topics that a question about something else of such a licence does not ask about."""

_WIDE = frozenset({"reseller_program", "how_to_quote", "how_to_renew_or_upgrade", "manual_review"})
"""Topics whose lesser words ("procedure", "allowed", "information") stand in questions about others too."""

_REQUESTS = ("kinds.renewal", "kinds.upgrade", "product")


def find_topics(scan: Scan, units: Sequence[Unit]) -> list[Extracted[str]]:
    """Return the topics asked about, in order, each with the words that show it.

    Words of `asked` count in questions only; a sentence is one by its mark or by a question's words. Words of
    `said` count anywhere.
    """
    found: dict[str, Extracted[str]] = {}
    for unit in units:
        if unit.kind == "row":
            continue
        forms = ("topics.said.", "topics.asked.") if _is_asked(scan, unit) else ("topics.said.",)
        hits = [h for h in _of_topics(scan, unit) if h.tag.startswith(forms)]
        for hit in _about_something_else(scan, unit, hits):
            found.setdefault(hit.key, Extracted(hit.key, (scan.evidence(hit.start, hit.end),)))
    return list(found.values())


def hinted_topics(scan: Scan, units: Sequence[Unit], known: Sequence[Extracted[str]]) -> list[Extracted[str]]:
    """Return the topics that lesser words show, in a mail that asks something and requests nothing concrete.

    "Our client wonders whether he may test it": `test` says nothing beside a request, and all where there is none.
    Questions in which no topic was found are looked at first; where none shows one, and none asks for a price, all
    that the mail says.
    """
    told = [u for u in units if u.kind != "row"]
    asked = [u for u in told if _is_asked(scan, u)]
    spoken = [t.evidence[0].start for t in known]
    open_ = [u for u in asked if not any(u.start <= at < u.end for at in spoken)]
    open_ = [u for u in open_ if not scan.text[u.start : u.end].rstrip().endswith((":", "："))]  # "two questions:"
    found = _hinted(scan, open_)
    if found or known or not asked or any(_requests(scan, u) for u in asked):
        return [t for t in found if t.value not in {k.value for k in known}]
    return _hinted(scan, told)


def _requests(scan: Scan, unit: Unit) -> bool:
    """Whether a question may be the request itself ("could you send us a price?")."""
    price = scan.within(unit.start, unit.end, "kinds.quote") and scan.within(unit.start, unit.end, "cues.please")
    return bool(price or scan.within(unit.start, unit.end, *_REQUESTS))


def _hinted(scan: Scan, units: Sequence[Unit]) -> list[Extracted[str]]:
    found: dict[str, Extracted[str]] = {}
    for unit in units:
        hits = _about_something_else(scan, unit, _of_topics(scan, unit))
        narrow = [h for h in hits if h.key not in _WIDE]
        for hit in narrow or hits:
            found.setdefault(hit.key, Extracted(hit.key, (scan.evidence(hit.start, hit.end),)))
    return list(found.values())


def _is_asked(scan: Scan, unit: Unit) -> bool:
    return is_question(scan, unit) and (unit.kind != "pair" or "?" in scan.folded[unit.start : unit.end])


def _of_topics(scan: Scan, unit: Unit) -> list[Hit]:
    """Return the topics' words in a unit, without those that tell something else there."""
    self_managed = scan.within(unit.start, unit.end, "kinds.data_center", "kinds.server")
    return [
        hit
        for hit in scan.hits.starting(unit.start, unit.end)
        if hit.end <= unit.end
        and hit.tag.startswith("topics.")
        and not (hit.key in HOW_TOPICS and self_managed)
        and not (hit.key in ("monthly", "trial") and _is_left(scan, hit))
    ]


def _about_something_else(scan: Scan, unit: Unit, hits: Sequence[Hit]) -> Sequence[Hit]:
    """Drop self-managed products where the unit asks about something else of theirs ("the key of a Server licence")."""
    others = [h for h in hits if h.key not in SELF_MANAGED]
    if not others or scan.within(unit.start, unit.end, "kinds.quote", *(f"topics.asked.{how}" for how in HOW_TOPICS)):
        return hits
    return others


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
