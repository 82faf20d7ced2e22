"""A decision as fields to read and to set right: path, value, where it was read, what is wrong with it. Pure."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailbot.console.marks import Cited
from mailbot.domain.decision import Decision, ResolvedLine, ResolvedRequest
from mailbot.domain.evidence import FILE, Evidence, Extracted
from mailbot.domain.request import Kind
from mailbot.service.review import ASKED_FOR

_INDEX = re.compile(r"\[\d+\]")

Value = Extracted[str] | Extracted[int] | Extracted[dt.date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a request. `path` is the contract's with its request; `key` the path without indexes."""

    path: str
    key: str
    value: str = ""
    evidence: tuple[Evidence, ...] = ()
    missing: bool = False
    disputed: bool = False
    by_staff: bool = False
    line: int | None = None

    @property
    def source(self) -> str:
        """Where the value comes from: `mail`, `file`, `staff`, or "" when there is none."""
        if not self.value:
            return ""
        if self.by_staff:
            return "staff"
        return "file" if self.evidence and all(e.part == FILE for e in self.evidence) else "mail"

    @property
    def is_wanted(self) -> bool:
        """Whether the field says something, or ought to."""
        return bool(self.value or self.missing or self.disputed)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFields:
    """The fields of one request, in the contract's order, and an empty line to fill in."""

    number: int
    kind: Kind
    fields: tuple[Field, ...]
    lines: tuple[tuple[Field, ...], ...] = field(default=())


def request_fields(decision: Decision, corrections: Mapping[str, str]) -> Sequence[RequestFields]:
    """Return the fields of each request of the decision; `corrections` are what staff have set."""
    return [
        RequestFields(
            number=number,
            kind=request.kind,
            fields=tuple(_single(number, request, decision, corrections)),
            lines=tuple(
                tuple(_of_line(number, index, line, request, decision, corrections))
                for index, line in enumerate((*request.lines, _EMPTY))
            ),
        )
        for number, request in enumerate(decision.requests)
    ]


def changed(fields: Sequence[RequestFields], given: Mapping[str, str]) -> dict[str, str]:
    """Return what a form sets otherwise than the fields show; what it leaves empty stays as it is."""
    shown = {f.path: f.value for request in fields for f in all_fields(request)}
    wanted = {path: " ".join(value.split()) for path, value in given.items() if path in shown}
    return {path: value for path, value in wanted.items() if value and value != " ".join(shown[path].split())}


def cited(decision: Decision, fields: Sequence[RequestFields]) -> list[Cited]:
    """Return all evidence of the decision, with the fields that it speaks for."""
    read = [
        Cited(evidence=e, path=f.path, disputed=f.disputed)
        for request in fields
        for f in all_fields(request)
        for e in f.evidence
    ]
    doubts = [
        Cited(evidence=e, path=_with_request(finding.path) if finding.path else "", disputed=True)
        for finding in decision.findings
        for e in finding.evidence
    ]
    return read + doubts


def may_be_asked(found: Field) -> bool:
    """Whether a reseller can be asked for the field; not for one of a line that is not there."""
    return bool(ASKED_FOR.fullmatch(found.path)) and (found.line is None or found.is_wanted)


def all_fields(request: RequestFields) -> Iterator[Field]:
    """Yield the fields of a request and of its lines."""
    yield from request.fields
    for line in request.lines:
        yield from line


def _single(
    number: int, request: ResolvedRequest, decision: Decision, corrections: Mapping[str, str]
) -> Iterator[Field]:
    yield _field(number, "kind", Extracted(request.kind.value), request, decision, corrections)
    for place, value in _values(request):
        yield _field(number, place, value, request, decision, corrections)


def _values(request: ResolvedRequest) -> Iterator[tuple[str, Value | None]]:
    yield "site", request.site
    sens = tuple(e for sen in request.sens for e in sen.evidence)
    yield "sens", Extracted(", ".join(sen.value for sen in request.sens), sens) if request.sens else None
    yield "authorized_contact.name", request.contact.name
    yield "authorized_contact.email", request.contact.email
    for who, party in (("reseller", request.reseller), ("customer", request.customer)):
        yield f"{who}.name", party.name
        yield f"{who}.email", party.email
        yield f"{who}.company", party.company
        yield f"{who}.billing_address", party.billing_address
    yield "target_end_date", request.target_end_date
    yield "currency", Extracted(request.currency) if request.currency else None


def _of_line(
    number: int,
    index: int,
    line: ResolvedLine,
    request: ResolvedRequest,
    decision: Decision,
    corrections: Mapping[str, str],
) -> Iterator[Field]:
    parts: tuple[tuple[str, Value | None], ...] = (
        ("product", line.product),
        ("plan", line.plan),
        ("users", line.users),
    )
    for name, value in parts:
        yield _field(number, f"lines[{index}].{name}", value, request, decision, corrections, line=index)


def _field(
    number: int,
    place: str,
    value: Value | None,
    request: ResolvedRequest,
    decision: Decision,
    corrections: Mapping[str, str],
    *,
    line: int | None = None,
) -> Field:
    path = f"requests[{number}].{place}"
    disputed = [f for f in decision.findings if f.path and _with_request(f.path) == path]
    return Field(
        path=path,
        key=_INDEX.sub("", place),
        value="" if value is None else str(value.value),
        evidence=value.evidence if value is not None else tuple(e for f in disputed for e in f.evidence),
        missing=place in request.missing,
        disputed=bool(disputed),
        by_staff=path in corrections or (number == 0 and place in corrections),
        line=line,
    )


def _with_request(path: str) -> str:
    return path if path.startswith("requests[") else f"requests[0].{path}"


_EMPTY = ResolvedLine(product=None, plan=None, users=None)
