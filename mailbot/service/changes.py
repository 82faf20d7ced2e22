"""Whether a later mail changed anything; what did not change gets no second reply (policy section 8)."""

import dataclasses
import hashlib
from typing import Any, TypeVar

from mailbot.domain.decision import Decision, ResolvedRequest
from mailbot.domain.evidence import Extracted

T = TypeVar("T")

_WHERE_IT_WAS_READ = frozenset({"evidence", "note", "language"})


def says_the_same(one: T, other: T) -> bool:
    """Whether two decisions, or parts of them, come to the same, wherever and in whatever words they were read."""
    return bool(_bare(one) == _bare(other))


def gist_of(decision: Decision) -> str:
    """Return a digest of what is requested, the same for the same requests; empty when nothing is."""
    told = [_told(request) for request in decision.requests]
    if not any(any(values) for _, *values in told):
        return ""
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _told(request: ResolvedRequest) -> tuple[Any, ...]:  # values of any type
    told = (request.site, request.sens, request.customer.company, request.customer.email, request.lines)
    return (request.kind.value, *(_bare(value) for value in told), _bare(request.target_end_date))


def _bare(value: Any) -> Any:  # walks values of any type
    if isinstance(value, Extracted):
        return _bare(value.value)
    if isinstance(value, tuple):
        return tuple(_bare(part) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = (f.name for f in dataclasses.fields(value) if f.name not in _WHERE_IT_WAS_READ)
        return (type(value), *(_bare(getattr(value, name)) for name in kept))
    return value
