"""Answers to our own questions: the numbered form of our mail, filled in between, below, above or in a copy of it.

The words of the questions are known exactly, so that the answers are found in every language, whatever the mail
program made of line breaks and quote marks. What stands there is read by the same means as the rest of a mail.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailbot.domain.message import InboundMessage, Role
from mailbot.parsers.fold import fold

_QUOTE_MARKS = " \t\n\r\u00a0>|"
_NUMBERED = re.compile(
    r"(?<![ \t])[ \t]*+[(（]?(\d{1,2})[.)、．）:：][ \t]*(\S[^\n]*(?:\n[ \t]*(?![(（]?\d{1,2}[.)、．）:：])\S[^\n]*)*)"
)
_NUMBER_BEFORE = re.compile(r"(?:^|\n)[ \t>|]*(\d{1,2})[.)][\s>|]*$")
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as our mails ask it, with its example, both as they are printed.

    `field` is the contract's path without an index (`authorized_contact.email`, `line.plan`); a line is told by its
    `product`, or by its `position` from 1.
    """

    label: str
    example: str
    field: str
    product: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender put to a question: the stretch of the body's text from `start` to `end`."""

    question: Question
    start: int
    end: int


class Form:
    """The questions of one language, ready to be found in a text."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions: Mapping[str, Question] = {_squeezed(q.label)[0]: q for q in questions}
        labels = sorted(self._questions, key=len, reverse=True)
        self._labels = re.compile("|".join(map(re.escape, labels)))

    def answers(self, message: InboundMessage) -> tuple[Answer, ...]:
        """Return the answers that the message gives, each question's first one; nothing when it quotes no form."""
        text = message.body.text
        asked = self._asked(text)
        first: dict[Question, Answer] = {}
        for answer in (*_inside(text, asked, message), *_apart(asked, message)):
            first.setdefault(answer.question, answer)
        return tuple(first.values())

    def _asked(self, text: str) -> list["_Asked"]:
        squeezed, offsets = _squeezed(text)
        numbered = []
        for label in self._labels.finditer(squeezed):
            at = offsets[label.start()]
            number = _NUMBER_BEFORE.search(text, max(0, at - 40), at)
            if number:
                numbered.append((label, number))
        asked = []
        for index, (label, number) in enumerate(numbered):
            question = self._questions[label[0]]
            end = numbered[index + 1][1].start() if index + 1 < len(numbered) else len(text)
            example = _squeezed(question.example)[0]
            begin = squeezed.find(example, label.end())
            last = begin + len(example) - 1
            asked.append(
                _Asked(
                    question=question,
                    number=int(number[1]),
                    start=number.start(1),
                    label_end=offsets[label.end() - 1] + 1,
                    example=(offsets[begin], offsets[last] + 1) if begin >= 0 and offsets[last] < end else None,
                    end=end,
                )
            )
        return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question found in a text: up to `label_end` its words, up to `end` everything before the next one."""

    question: Question
    number: int
    start: int
    label_end: int
    example: tuple[int, int] | None
    end: int


def _squeezed(text: str) -> tuple[str, list[int]]:
    """Return the folded text without spaces and quote marks, and where each of its characters stands."""
    kept = [(index, char) for index, char in enumerate(fold(text)) if char not in _QUOTE_MARKS]
    return "".join(char for _, char in kept), [index for index, _ in kept]


def _inside(text: str, asked: Sequence[_Asked], message: InboundMessage) -> Iterator[Answer]:
    """Yield what stands behind or under a question, our example apart."""
    for index, one in enumerate(asked):
        is_last = index + 1 == len(asked) or asked[index + 1].number <= one.number
        before, after = one.example or (one.end, one.end)
        stretches = [(one.label_end, before), (after, one.end)]
        if is_last:
            stretches = [_same_paragraph(text, one.label_end, before), *_below(text, after, one.end, message)]
        for start, end in stretches:
            found = _trimmed(text, start, end)
            if found is not None:
                yield Answer(question=one.question, start=found[0], end=found[1])
                break


def _below(text: str, start: int, end: int, message: InboundMessage) -> Iterator[tuple[int, int]]:
    """Yield what may answer the last question: the lines right under it, then the sender's next paragraph."""
    yield _same_paragraph(text, start, end)
    for segment in message.body.segments:
        if segment.role is Role.NEW and start <= segment.start < end:
            lead = len(text[segment.start : segment.end]) - len(text[segment.start : segment.end].lstrip())
            yield _same_paragraph(text, segment.start + lead, min(segment.end, end))
            return


def _same_paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    blank = re.compile(r"\n[ \t>|]*(?:\n|$)").search(text, start, end)
    return start, blank.start() if blank else end


def _apart(asked: Sequence[_Asked], message: InboundMessage) -> Iterator[Answer]:
    """Yield numbered lines of the sender's own that answer the questions of these numbers."""
    by_number: dict[int, Question] = {}
    for one in asked:
        by_number.setdefault(one.number, one.question)
    text = message.body.text
    for segment in message.body.segments:
        if segment.role is not Role.NEW:
            continue
        for found in _NUMBERED.finditer(text, segment.start, segment.end):
            at_line_start = found.start() == segment.start or text[found.start() - 1] == "\n"
            is_question = any(one.start <= found.end(1) and found.start() < one.label_end for one in asked)
            if at_line_start and not is_question and int(found[1]) in by_number:
                yield Answer(question=by_number[int(found[1])], start=found.start(2), end=found.end(2))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the stretch without the marks and spaces around it; None when nothing else is there."""
    lines = [m for m in _LINE.finditer(text, start, end) if m[0].strip(_QUOTE_MARKS)]
    if not lines:
        return None
    first, last = lines[0], lines[-1]
    return (
        first.end() - len(first[0].lstrip(_QUOTE_MARKS)),
        last.start() + len(last[0].rstrip(_QUOTE_MARKS)),
    )
