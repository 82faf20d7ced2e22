"""What a reply may repeat of a request, and what it asks for. Nothing that only the vendor's records know passes."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import TypeVar

from mailbot.domain.decision import ResolvedLine, ResolvedRequest
from mailbot.domain.evidence import Extracted
from mailbot.replies.clean import one_line, some_lines

T = TypeVar("T")

_LINE_PATH = re.compile(r"lines\[(\d+)\]\.(\w+)")


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A product as the sender told it; None is not told."""

    product: str | None
    plan: str | None
    users: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """A request in the sender's own values, cleaned for print."""

    kind: str
    reseller_name: str | None
    reseller_company: str | None
    reseller_address: tuple[str, ...]
    customer_name: str | None
    customer_email: str | None
    customer_company: str | None
    customer_address: tuple[str, ...]
    contact_name: str | None
    contact_email: str | None
    site: str | None
    sens: tuple[str, ...]
    lines: tuple[ToldLine, ...]
    target_end_date: dt.date | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Something to ask for. `field` is the contract's path without index; `line` names whose it is, if told."""

    field: str
    line: ToldLine | None = None
    position: int | None = None  # of the line, from 1, where the request has several


def told(request: ResolvedRequest) -> Told:
    """Return what the sender told of a request."""
    reseller, customer, contact = request.reseller, request.customer, request.contact
    lines = (_told_line(line) for line in request.lines)
    return Told(
        kind=(request.stated_kind or request.kind).value,
        reseller_name=_text(reseller.name),
        reseller_company=_text(reseller.company),
        reseller_address=_lines(reseller.billing_address),
        customer_name=_text(customer.name),
        customer_email=_text(customer.email),
        customer_company=_text(customer.company),
        customer_address=_lines(customer.billing_address),
        contact_name=_text(contact.name),
        contact_email=_text(contact.email),
        site=_text(request.site),
        sens=tuple(one_line(sen.value) for sen in request.sens if not sen.from_file),
        lines=tuple(line for line in lines if line.product or line.users),
        target_end_date=_value(request.target_end_date),
    )


def gaps(request: ResolvedRequest) -> tuple[Gap, ...]:
    """Return what is missing, in the policy's order; fields of a line carry the line as it was told."""
    return tuple(_gap(path, request.lines) for path in request.missing)


def _gap(path: str, lines: tuple[ResolvedLine, ...]) -> Gap:
    match = _LINE_PATH.fullmatch(path)
    if match is None:
        return Gap(path)
    index = int(match[1])
    return Gap(
        f"line.{match[2]}",
        _told_line(lines[index]) if index < len(lines) else None,
        index + 1 if len(lines) > 1 else None,
    )


def _told_line(line: ResolvedLine) -> ToldLine:
    users = None if line.users is None or line.users.rests_on_file else line.users.value
    return ToldLine(_value(line.product), _value(line.plan), users)


def _value(extracted: Extracted[T] | None) -> T | None:
    return None if extracted is None or extracted.from_file else extracted.value


def _text(extracted: Extracted[str] | None) -> str | None:
    value = _value(extracted)
    return one_line(value) or None if value is not None else None


def _lines(extracted: Extracted[str] | None) -> tuple[str, ...]:
    value = _value(extracted)
    return some_lines(value) if value is not None else ()
