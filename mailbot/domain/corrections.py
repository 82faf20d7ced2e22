"""What staff set right: values by the paths of the contract take the place of what was read."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from mailbot.domain.errors import InputError
from mailbot.domain.evidence import Extracted
from mailbot.domain.request import Inquiry, Kind, Request, RequestLine, Users

FIELDS = (
    "kind",
    "reseller.name",
    "reseller.email",
    "reseller.company",
    "reseller.billing_address",
    "customer.name",
    "customer.email",
    "customer.company",
    "customer.billing_address",
    "authorized_contact.name",
    "authorized_contact.email",
    "site",
    "sens",
    "lines[0].product",
    "lines[0].plan",
    "lines[0].users",
    "target_end_date",
    "currency",
)
"""The paths that can be set; `lines[1].product` and so on likewise."""

T = TypeVar("T")

_LINE = re.compile(r"lines\[(\d{1,3})\]\.(product|plan|users)")
_REQUEST = re.compile(r"requests\[(\d{1,3})\]\.(.+)")


def corrected(inquiry: Inquiry, corrections: Mapping[str, str]) -> Inquiry:
    """Return the inquiry with these values set, and without the doubts about them.

    A path without `requests[i].` means the first request. Raises InputError for a path or a value that cannot be.
    """
    requests = list(inquiry.requests)
    for path, value in corrections.items():
        match = _REQUEST.fullmatch(path)
        index, place = (int(match[1]), match[2]) if match else (0, path)
        if index >= len(requests):
            raise InputError(f"{path}: the case has {len(requests)} requests, counted from 0")
        request = _set(requests[index], place, value.strip())
        requests[index] = replace(request, doubts=tuple(d for d in request.doubts if d.path != place))
    return replace(inquiry, requests=tuple(requests), wants_quote=inquiry.wants_quote or bool(corrections))


def _set(request: Request, place: str, value: str) -> Request:
    if not value:
        raise InputError(f"{place}: a value is needed, for example {place}=...")
    if match := _LINE.fullmatch(place):
        return replace(request, lines=_set_line(request.lines, int(match[1]), match[2], value), unchanged=False)
    party, _, key = place.partition(".")
    match place:
        case "kind":
            return replace(request, kind=_converted(place, value, Kind, ", ".join(kind.value for kind in Kind)))
        case "site":
            return replace(request, site=Extracted(value.lower()))
        case "sens":
            return replace(request, sens=tuple(Extracted(sen.strip().upper()) for sen in value.split(",")))
        case "target_end_date":
            return replace(request, target_end_date=Extracted(_converted(place, value, dt.date.fromisoformat, "a day")))
        case "currency":
            return replace(request, currency=Extracted(value.upper()))
        case _ if place not in FIELDS:
            raise InputError(f"{place}: no such field; there are {', '.join(FIELDS)}")
    read: dict[str, Any] = {key: Extracted(value)}  # FIELDS holds only fields of the parties
    match party:
        case "reseller":
            return replace(request, reseller=replace(request.reseller, **read))
        case "customer":
            return replace(request, customer=replace(request.customer, **read))
        case _:
            return replace(request, contact=replace(request.contact, **read))


def _set_line(lines: tuple[RequestLine, ...], index: int, key: str, value: str) -> tuple[RequestLine, ...]:
    if index > len(lines):
        raise InputError(
            f"lines[{index}].{key}: the request has {len(lines)} lines; the next one is lines[{len(lines)}]"
        )
    line = lines[index] if index < len(lines) else RequestLine()
    match key:
        case "product":
            line = replace(line, product=Extracted(value.lower()), unknown=None)
        case "plan":
            line = replace(line, plan=Extracted(value.lower()), unknown=None)
        case _:
            count = _converted(f"lines[{index}].users", value.replace(",", ""), int, "a whole number")
            line = replace(line, quantity=Extracted(Users(count)))
    return (*lines[:index], line, *lines[index + 1 :])


def _converted(place: str, value: str, convert: Callable[[str], T], wanted: str) -> T:
    try:
        return convert(value)
    except ValueError as error:
        raise InputError(f"{place}: {value!r} is not possible; wanted: {wanted}") from error
