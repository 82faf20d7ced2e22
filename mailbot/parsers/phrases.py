"""Finding the words of the lexicons in a text: many patterns, one pass.

A pattern is written as in the mails, in lower case. A space stands for any white space, `*` at the end of a word
for the rest of the word, `..` for a gap of at most four words (or twelve characters of a script without spaces)
inside a sentence, `(a|b)` for alternatives, `(a)?` for something that may be absent.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ahocorasick

from mailbot.parsers.fold import fold

_GROUP = re.compile(r"\(([^()]*)\)(\??)")
_UNSPACED = "\u2e80-\u9fff\uf900-\ufaff\uff66-\uff9f"
_WORD = rf"[^\W_{_UNSPACED}\uac00-\ud7af]"
_IS_WORD = re.compile(_WORD)
_GAP = rf"(?:[^.!?。！？\n]{{0,3}}?(?:{_WORD}+[^\w.!?。！？\n]{{1,3}}){{0,4}}?|[^.!?。！？\n]{{0,12}}?)"


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern found at `start` to `end`: its tag and, for patterns that name a thing, the thing's key."""

    tag: str
    key: str
    start: int
    end: int


class Phrases:
    """A compiled set of patterns; `scan` is linear in the text for any text."""

    def __init__(self, patterns: Iterable[tuple[str, str, str]]) -> None:
        """Compile (tag, key, pattern) triples."""
        self._by_stem: dict[str, list[tuple[str, str, re.Pattern[str]]]] = defaultdict(list)
        for tag, key, pattern in patterns:
            for plain in expand(fold(pattern.strip())):
                stem, regex = _compile(plain)
                self._by_stem[stem].append((tag, key, regex))
        self._automaton = ahocorasick.Automaton()
        for stem in self._by_stem:
            self._automaton.add_word(stem, stem)
        if self._by_stem:
            self._automaton.make_automaton()

    def scan(self, folded: str) -> list[Hit]:
        """Return all matches in a folded text, by start; of matches of one tag at one place only the longest."""
        best: dict[tuple[str, int], Hit] = {}
        if not self._by_stem:
            return []
        for last, stem in self._automaton.iter(folded):
            start = last - len(stem) + 1
            if start and _joined(folded[start - 1], folded[start]):
                continue
            for tag, key, regex in self._by_stem[stem]:
                match = regex.match(folded, start, start + 160)
                if match is None:
                    continue
                end = match.end()
                known = best.get((tag, start))
                if known is None or end > known.end:
                    best[(tag, start)] = Hit(tag, key, start, end)
        return _without_contained(sorted(best.values(), key=lambda h: (h.start, -h.end)))


def expand(pattern: str) -> list[str]:
    """Return the pattern's plain alternatives: every choice of its groups written out."""
    group = _GROUP.search(pattern)
    if group is None:
        return [" ".join(pattern.split())]
    choices = group.group(1).split("|") + ([""] if group.group(2) else [])
    return [p for choice in choices for p in expand(pattern[: group.start()] + choice + pattern[group.end() :])]


def _compile(plain: str) -> tuple[str, re.Pattern[str]]:
    stem = re.split(r" |\*|\.\.", plain, maxsplit=1)[0]
    if not stem:
        raise ValueError(f"a pattern must begin with a word: {plain!r}")
    out = []
    for piece in re.split(r"( ?\.\. ?|\*| )", plain):
        if piece.strip() == "..":
            out.append(r"\s*" + _GAP)
        elif piece == "*":
            out.append(f"{_WORD}*")
        elif piece == " ":
            out.append(r"\s{1,3}(?:>\s?)?")
        else:
            out.append(re.escape(piece))
    tail = "" if plain.endswith("*") or not _IS_WORD.match(plain[-1]) else f"(?!{_WORD})"
    return stem, re.compile("".join(out) + tail)


def _joined(before: str, first: str) -> bool:
    """Whether a word goes on across the border of two characters."""
    return bool(_IS_WORD.match(first) and _IS_WORD.match(before)) and before.isdigit() == first.isdigit()


def _without_contained(hits: Sequence[Hit]) -> list[Hit]:
    """Leave out matches that lie inside a longer one of the same tag."""
    kept: list[Hit] = []
    reach: dict[str, int] = {}
    for hit in hits:
        if hit.end > reach.get(hit.tag, -1):
            kept.append(hit)
            reach[hit.tag] = hit.end
    return kept
