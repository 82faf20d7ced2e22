"""Which lines of a mail the sender newly wrote, and which are history, passed on, signature or legal footer.

Nothing is ever deleted: roles are marked on stretches of the text. History that is left new costs a question too
many, a request that is taken for history is lost; in doubt a line is new.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.domain.message import Address, Desk, Role, Segment
from mailbot.parsers import history
from mailbot.parsers.history import Block, Line
from mailbot.parsers.knowledge import MailKnowledge
from mailbot.parsers.signatures import mark_endings

_LITTLE = 600  # characters of new text above a mail that is passed on
_MAX_DEPTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the roles depend on beside the text."""

    knowledge: MailKnowledge
    desk: Desk
    sender: Address | None = None
    subject: str = ""


def mark(
    text: str,
    setting: Setting,
    *,
    quotes: Sequence[tuple[int, int]] = (),
    signatures: Sequence[tuple[int, int]] = (),
) -> tuple[Segment, ...]:
    """Return segments that cover the text without gap or overlap.

    `quotes` and `signatures` are stretches that HTML elements of mail programs mark as such.
    """
    if not text:
        return ()
    lines = history.split_lines(text, quotes)
    roles: list[Role] = [Role.NEW] * len(lines)
    senders: list[Address | None] = [None] * len(lines)
    _mark_level(lines, 0, len(lines), setting, roles, senders, Role.NEW, None, depth=0)
    _mark_signature_elements(lines, roles, signatures)
    _keep_something_new(lines, roles)
    return _segments(lines, roles, senders, len(text))


def _mark_level(
    lines: list[Line],
    first: int,
    last: int,
    setting: Setting,
    roles: list[Role],
    senders: list[Address | None],
    role: Role,
    author: Address | None,
    *,
    depth: int,
) -> None:
    """Mark what one author wrote and the blocks of earlier mails in it."""
    blocks = history.find_blocks(lines, first, last, setting.knowledge)
    own = _outside(blocks, first, last)
    for i in own:
        roles[i] = role
        senders[i] = author
    written_by = setting.sender if role is Role.NEW else author
    mark_endings(lines, own, setting.knowledge, written_by, roles, role)
    written = sum(len(lines[i].text) for i in own if roles[i] is role)
    for block in blocks:
        passed_on = depth < _MAX_DEPTH and _is_passed_on(block, setting, written, author, depth)
        for i in range(block.first, block.last):
            roles[i] = Role.FORWARDED if passed_on else Role.QUOTED
            senders[i] = block.author
        if passed_on:
            if block.prefixed:
                history.open_quotation(lines, block)
            _mark_level(
                lines, block.body, block.last, setting, roles, senders, Role.FORWARDED, block.author, depth=depth + 1
            )


def _outside(blocks: list[Block], first: int, last: int) -> list[int]:
    """Return the lines between `first` and `last` that are in no block."""
    own: list[int] = []
    at = first
    for block in blocks:
        own += range(at, block.first)
        at = block.last
    own += range(at, last)
    return own


def _is_passed_on(block: Block, setting: Setting, written: int, outer: Address | None, depth: int) -> bool:
    """Whether an earlier mail below is part of the request, in contrast to history of the same conversation."""
    if block.author is not None and setting.desk.is_own(block.author.email):
        return False
    if depth:  # inside a mail that is passed on: only a colleague's cover note has something below that counts
        return (
            written < _LITTLE
            and _same_house(outer, setting.sender)
            and (block.forward or (block.author is not None and not _same_house(block.author, setting.sender)))
        )
    if block.forward:
        return True
    if history.has_forward_prefix(setting.subject, setting.knowledge):
        return block.header or block.author is not None
    if written >= _LITTLE:
        return False
    return block.author is not None and not _same_house(block.author, setting.sender)


def _same_house(one: Address | None, other: Address | None) -> bool:
    return one is not None and other is not None and one.domain == other.domain


def _mark_signature_elements(lines: list[Line], roles: list[Role], signatures: Sequence[tuple[int, int]]) -> None:
    starts = [line.start for line in lines]
    for start, end in signatures:
        for i in range(bisect_left(starts, start), bisect_left(starts, end)):
            if lines[i].end <= end + 1 and roles[i] in (Role.NEW, Role.FORWARDED):
                roles[i] = Role.SIGNATURE


def _keep_something_new(lines: list[Line], roles: list[Role]) -> None:
    """Where nothing with content would be new or passed on, the marks are wrong: everything but history is new."""
    if any(roles[i] in (Role.NEW, Role.FORWARDED) and line.text.strip() for i, line in enumerate(lines)):
        return
    kept = {Role.SIGNATURE} if any(r is Role.SIGNATURE for r in roles) else {Role.QUOTED}
    for i, role in enumerate(roles):
        if role in kept:
            roles[i] = Role.NEW


def _segments(lines: list[Line], roles: list[Role], senders: list[Address | None], length: int) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    start = 0
    for i in range(1, len(lines) + 1):
        if i == len(lines) or roles[i] is not roles[i - 1] or senders[i] != senders[i - 1]:
            end = lines[i].start if i < len(lines) else length
            sender = senders[i - 1] if roles[i - 1] in (Role.FORWARDED, Role.QUOTED) else None
            segments.append(Segment(role=roles[i - 1], start=start, end=end, sender=sender))
            start = end
    return tuple(segments)
