"""Finding the words of the lexicons in a text: many patterns, one pass.

A pattern is written as in the mails, in lower case. A space stands for any white space, `*` at the end of a word
for the rest of the word, `..` for a gap of at most four words (or twelve characters of a script without spaces)
inside a sentence, `(a|b)` for alternatives, `(a)?` for something that may be absent. Groups may stand in groups.
A question mark that is meant as one may end the words of a question (`cues.question`) and stands nowhere else.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, Union

import ahocorasick

from mailbot.parsers.fold import fold

_GROUP = re.compile(r"\(([^()]*)\)(\??)")
_BORDER = re.compile(r" |\*|\.\.")
_LOOSE_MARK = re.compile(r"(?<!\))[?？]")
_QUESTION = "cues.question"
_GAP, _SPACE, _STAR = "..", " ", "*"
_GAP_WORDS, _GAP_CHARS, _GAP_LENGTH = 4, 12, 60
_SENTENCE_ENDS = frozenset(".!?。！？\n")


_Pieces: TypeAlias = tuple[Union[str, tuple["_Pieces", ...]], ...]  # noqa: UP007 - refers to itself


_WORD_TAGS = ("cues.have", "cues.want", "cues.not", "cues.drop")
"""Tags whose patterns begin a word; particles and counters stand at the ends of words."""


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
        """Compile (tag, key, pattern) triples; ValueError says what in a pattern cannot be read."""
        self._by_stem: dict[str, list[tuple[str, str, _Pieces]]] = defaultdict(list)
        for tag, key, pattern in patterns:
            if _LOOSE_MARK.search(pattern if tag != _QUESTION else pattern.rstrip("?")):
                raise ValueError(f"a question mark stands behind a bracket, (a)?, and nowhere else: {pattern!r}")
            for stem, pieces in _stems(" ".join(fold(pattern).split())):
                self._by_stem[stem].append((tag, key, pieces))
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
            inside = start and _is_hangul(folded[start]) and _is_hangul(folded[start - 1])
            for tag, key, pieces in self._by_stem[stem]:
                if inside and tag in _WORD_TAGS:
                    continue  # 이전 in 에이전트
                end = _match(folded, last + 1, pieces, 0)
                if end < 0:
                    continue
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


def _stems(pattern: str) -> Iterator[tuple[str, _Pieces]]:
    """Yield the literals that a pattern can begin with, each with the pieces that follow it.

    Groups are written out in the first word only: further ones would multiply.
    """
    group = _first_group(pattern)
    border = _BORDER.search(pattern)
    if group is None or (border and border.start() < group[0]):
        stem = pattern[: border.start()] if border else pattern
        if not stem:
            raise ValueError(f"a pattern must begin with a word: {pattern!r}")
        yield stem, _pieces(pattern[len(stem) :])
        return
    start, end, choices = group
    for choice in choices:
        yield from _stems(" ".join((pattern[:start] + choice + pattern[end:]).split()))


def _pieces(pattern: str) -> _Pieces:
    """Split a pattern into its literals, the marks between them, and its groups."""
    group = _first_group(pattern)
    if group is None:
        return tuple(p.strip() or _SPACE for p in re.split(r"( ?\.\. ?|\*| )", pattern) if p)
    start, end, choices = group
    return (*_pieces(pattern[:start]), tuple(_pieces(c) for c in choices), *_pieces(pattern[end:]))


def _first_group(pattern: str) -> tuple[int, int, list[str]] | None:
    """Return where the first group stands and its choices, "" among them when it may be absent."""
    start = pattern.find("(")
    if start < 0:
        return None
    choices, depth, begin = [], 0, start + 1
    for i in range(start, len(pattern)):
        depth += (pattern[i] == "(") - (pattern[i] == ")")
        if depth == 0 or (depth == 1 and pattern[i] == "|"):
            choices.append(pattern[begin:i])
            begin = i + 1
        if depth == 0:
            optional = pattern.startswith("?", i + 1)
            return start, i + 1 + optional, [*choices, ""] if optional else choices
    raise ValueError(f"a bracket is not closed: {pattern!r}")


def _match(text: str, at: int, pieces: _Pieces, i: int) -> int:
    """Return where the pieces from the i-th on end when they begin at `at`, or -1; the furthest of several ends."""
    while i < len(pieces):
        piece = pieces[i]
        if not isinstance(piece, str):
            return max(_match(text, at, (*choice, *pieces[i + 1 :]), 0) for choice in piece)
        if piece == _SPACE:
            after = _after_space(text, at)
            if after < 0:
                return -1
            at = after
        elif piece == _STAR:
            while at < len(text) and is_word(text[at]):
                at += 1
        elif piece == _GAP:
            return _match_gap(text, at, pieces, i + 1)
        elif text.startswith(piece, at):
            at += len(piece)
        else:
            return -1
        i += 1
    while text[at - 1].isspace():
        at -= 1
    starred = bool(pieces) and pieces[-1] == _STAR
    last = text[at - 1]
    if not starred and at < len(text) and is_word(last) and is_word(text[at]) and last.isdigit() == text[at].isdigit():
        return -1
    return at


def _match_gap(text: str, at: int, pieces: _Pieces, i: int) -> int:
    """Find what follows a gap of a few words, or of a few characters where words are not spaced."""
    if 0 < at < len(text) and _joined(text[at - 1], text[at]):
        return -1  # "waar" in "waarom"
    following = pieces[i]
    literal = following if isinstance(following, str) else ""
    words = 0
    for position in range(at, min(len(text), at + _GAP_LENGTH)):
        char = text[position]
        begins = position == 0 or not (is_word(char) and is_word(text[position - 1]))
        if begins and text.startswith(literal, position):
            end = _match(text, position, pieces, i)
            if end >= 0:
                return end
        if char in _SENTENCE_ENDS:
            break
        if is_word(char):
            words += begins
        elif not char.isspace() and position - at >= _GAP_CHARS and words == 0:
            break
        if words > _GAP_WORDS:
            break
    return -1


def _after_space(text: str, at: int) -> int:
    """Return the position after one to three blanks, and after the mark of a quoted line among them."""
    end = at
    while end < len(text) and end - at < 3 and text[end].isspace():
        end += 1
    if end == at:
        return at if text[at - 1].isspace() else -1  # beside a group that is absent
    return end + 2 if text.startswith("> ", end) else end


def is_word(char: str) -> bool:
    """Whether a character is a letter or digit of a script that puts spaces between words."""
    return char.isalnum() and not (
        "\u2e80" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" or "\uf900" <= char <= "\uff9f"
    )


def _is_hangul(char: str) -> bool:
    return "\uac00" <= char <= "\ud7af"


def _joined(before: str, first: str) -> bool:
    """Whether a word goes on across the border of two characters."""
    return is_word(first) and is_word(before) and before.isdigit() == first.isdigit()


def _without_contained(hits: Sequence[Hit]) -> list[Hit]:
    """Leave out matches that lie inside a longer one of the same tag."""
    kept: list[Hit] = []
    reach: dict[str, int] = {}
    for hit in hits:
        if hit.end > reach.get(hit.tag, -1):
            kept.append(hit)
            reach[hit.tag] = hit.end
    return kept
