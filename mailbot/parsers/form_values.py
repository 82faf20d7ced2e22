"""The values that answers to our form give a request: read by the field that was asked for, the newest last."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from mailbot.domain.evidence import BODY, Evidence, Extracted
from mailbot.domain.message import InboundMessage, TextPart
from mailbot.domain.request import Inquiry, Kind, Request, RequestLine
from mailbot.parsers.form import Answer, Form, Question
from mailbot.parsers.lexicon import Knowledge
from mailbot.parsers.people import name_at
from mailbot.parsers.requests.addresses import address_in
from mailbot.parsers.requests.plans import PLAN_TAGS
from mailbot.parsers.requests.quantities import find_quantities
from mailbot.parsers.scan import Scan, scan

FormOf = Callable[[str], Form]
"""Returns the form as we ask it in the language that fits a BCP 47 tag best."""

T = TypeVar("T")

_MARKS = re.compile(r"^[ \t>|]+", re.MULTILINE)


def with_form_answers(
    inquiry: Inquiry, messages: Sequence[InboundMessage], form_of: FormOf, knowledge: Knowledge
) -> Inquiry:
    """Return the inquiry with what the messages answered to our form in the place of what was read otherwise.

    Only a thread about one request that is quoted has answers that can be told apart.
    """
    asked = [request for request in inquiry.requests if request.kind.is_quoted]
    if len(asked) != 1:
        return inquiry
    request = asked[0]
    for index, message in enumerate(messages):
        if message.automatic is None:
            language, answers = _answers(messages, index, form_of)
            for answer in answers:
                request = _answered(request, _Reply(message, index, answer, language, knowledge))
    return replace(inquiry, requests=tuple(request if r is asked[0] else r for r in inquiry.requests))


def _answers(messages: Sequence[InboundMessage], index: int, form_of: FormOf) -> tuple[str, tuple[Answer, ...]]:
    """Return the answers to the form, and its language: one of the conversation's up to then, the newest first."""
    newest = messages[index].language
    if "1" in messages[index].body.text:
        for language in dict.fromkeys(message.language for message in reversed(messages[: index + 1])):
            if answers := form_of(language).answers(messages[index]):
                return language, answers
    return newest, ()


class _Reply:
    """An answer with its text marked; evidence is given by the offsets of the whole body."""

    def __init__(
        self, message: InboundMessage, index: int, answer: Answer, language: str, knowledge: Knowledge
    ) -> None:
        self.question = answer.question
        self.knowledge = knowledge
        self._start = answer.start
        self._index = index
        self._body = message.body.text
        text = _MARKS.sub(lambda marks: " " * len(marks[0]), self._body[answer.start : answer.end])
        part = TextPart(name=BODY, text=text)
        self.scan: Scan = scan(part, index, language, knowledge, _written_on(message))

    def read(self, value: T, start: int, end: int) -> Extracted[T]:
        """Return a value read at these offsets of the answer."""
        start, end = self._start + start, self._start + end
        place = Evidence(message=self._index, part=BODY, start=start, end=end, text=self._body[start:end])
        return Extracted(value, (place,))

    def is_newer_than(self, known: Extracted[Any] | None) -> bool:
        """Whether no later message has stated the value."""
        return known is None or all(evidence.message <= self._index for evidence in known.evidence)


def _written_on(message: InboundMessage) -> dt.date:
    """Return the day from which relative dates count."""
    try:
        return dt.date.fromisoformat((message.date or "")[:10])
    except ValueError:
        return dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class _Found:
    """A value for a field of a request, and what else it says (the country of an address)."""

    value: Extracted[Any]
    country: str | None = None
    region: str | None = None


def _answered(request: Request, reply: _Reply) -> Request:
    question = reply.question
    party, _, key = question.field.partition(".")
    if party == "line":
        return _with_line(request, reply, key)
    found = _value(reply, question.field)
    if found is None:
        return request
    settled = replace(request, doubts=tuple(d for d in request.doubts if d.path != question.field))
    match party:
        case "reseller" if reply.is_newer_than(getattr(request.reseller, key)):
            read: dict[str, Any] = {key: found.value}
            if key == "billing_address":
                read |= {"country": found.country, "region": found.region}
            return replace(settled, reseller=replace(request.reseller, **read))
        case "customer" if reply.is_newer_than(getattr(request.customer, key)):
            return replace(settled, customer=replace(request.customer, **{key: found.value}))
        case "authorized_contact" if reply.is_newer_than(getattr(request.contact, key)):
            return replace(settled, contact=replace(request.contact, **{key: found.value}))
        case "site" if str(found.value.value).endswith(".net") and reply.is_newer_than(request.site):
            return replace(settled, site=found.value)
        case "site":
            known = found.value.value in {sen.value for sen in request.sens}
            return settled if known else replace(settled, sens=(*request.sens, found.value))
        case "target_end_date" if request.kind is Kind.CO_TERM and reply.is_newer_than(request.target_end_date):
            return replace(settled, target_end_date=found.value)
    return request


def _value(reply: _Reply, field: str) -> _Found | None:
    marked, end = reply.scan, len(reply.scan.text)
    match field.rpartition(".")[2]:
        case "name":
            name = name_at(marked, 0, end, reply.knowledge)
            return _Found(reply.read(name.value, name.start, name.end)) if name else None
        case "email":
            return _Found(reply.read(e.value, e.start, e.end)) if (e := next(iter(marked.emails), None)) else None
        case "billing_address":
            address = address_in(marked, 0, end, None, reply.knowledge.gazetteers)
            if address is None:
                return None
            (place,) = address.value.evidence
            value = reply.read(address.value.value, place.start, place.end)
            return _Found(value, address.address.country, address.address.region)
        case "site":
            named = next(iter((*marked.sites, *marked.sens)), None)
            return _Found(reply.read(named.value, named.start, named.end)) if named else None
        case "target_end_date":
            date = next((d for d in marked.dates if len(d.readings) == 1), None)
            return _Found(reply.read(date.readings[0], date.start, date.end)) if date else None
    return None


def _with_line(request: Request, reply: _Reply, key: str) -> Request:
    index = _line_of(request.lines, reply.question)
    if index is None:
        return request
    line, marked = request.lines[index], reply.scan
    match key:
        case "product" if hit := next((h for h in marked.hits if h.tag == "product"), None):
            changed = replace(line, product=reply.read(hit.key, hit.start, hit.end), unknown=None)
        case "plan" if reply.is_newer_than(line.plan) and (plans := [h for h in marked.hits if h.tag in PLAN_TAGS]):
            changed = replace(line, plan=reply.read(plans[0].key, plans[0].start, plans[0].end), unknown=None)
        case "users" if reply.is_newer_than(line.quantity) and marked.numbers:
            told = find_quantities(marked, 0, len(marked.text), column=True)
            if len(told) != 1 and "\n" in marked.text.strip():
                return request  # answers to other questions, too
            if len(told) != 1:  # what else was read of this answer is not it
                return replace(request, lines=_put(request.lines, index, replace(line, quantity=None)))
            changed = replace(line, quantity=reply.read(told[0].quantity, told[0].start, told[0].end))
        case _:
            return request
    path = f"lines[{index}].{key}"
    return replace(
        request,
        lines=_put(request.lines, index, changed),
        doubts=tuple(d for d in request.doubts if d.path != path),
    )


def _put(lines: Sequence[RequestLine], index: int, line: RequestLine) -> tuple[RequestLine, ...]:
    return (*lines[:index], line, *lines[index + 1 :])


def _line_of(lines: Sequence[RequestLine], question: Question) -> int | None:
    """Return the line that the question is about: that of its product, at its position, or the only one."""
    if question.product is not None:
        indices = [i for i, line in enumerate(lines) if line.product and line.product.value == question.product]
        return indices[0] if len(indices) == 1 else None
    if question.position is not None:
        return question.position - 1 if question.position <= len(lines) else None
    return 0 if len(lines) == 1 else None
