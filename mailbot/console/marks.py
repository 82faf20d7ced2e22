"""A text cut where evidence begins and ends, so that the page can mark the words a value was read from. Pure."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailbot.domain.evidence import Evidence
from mailbot.domain.message import Role, TextPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A piece of evidence and the field it speaks for; `disputed` when a finding rests on it."""

    evidence: Evidence
    path: str
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text. `paths` are the fields read from it; `quiet` is history, signature or disclaimer."""

    text: str
    paths: tuple[str, ...] = ()
    disputed: bool = False
    quiet: bool = False


def marked(part: TextPart, message: int, cited: Iterable[Cited]) -> Sequence[Piece]:
    """Return the text of a part of message number `message` in pieces; joined they are the text again."""
    here = [c for c in cited if c.evidence.message == message and c.evidence.part == part.name]
    here = [c for c in here if 0 <= c.evidence.start < c.evidence.end <= len(part.text)]
    quiet = [s for s in part.segments if s.role in (Role.QUOTED, Role.SIGNATURE, Role.DISCLAIMER)]
    cuts = {0, len(part.text)}
    for found in here:
        cuts |= {found.evidence.start, found.evidence.end}
    for segment in quiet:
        cuts |= {segment.start, segment.end}
    places = sorted(cuts)
    pieces = []
    for start, end in itertools.pairwise(places):
        over = [c for c in here if c.evidence.start <= start and c.evidence.end >= end]
        pieces.append(
            Piece(
                text=part.text[start:end],
                paths=tuple(dict.fromkeys(c.path for c in over if c.path)),
                disputed=any(c.disputed for c in over),
                quiet=any(s.start <= start and s.end >= end for s in quiet),
            )
        )
    return pieces
