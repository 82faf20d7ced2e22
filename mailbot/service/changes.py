"""Whether a later mail changed anything; what did not change gets no second reply (policy section 8)."""

import dataclasses
from typing import Any

from mailbot.domain.decision import Decision
from mailbot.domain.evidence import Extracted

_WHERE_IT_WAS_READ = frozenset({"evidence", "note", "language"})


def says_the_same(one: Decision, other: Decision) -> bool:
    """Whether two decisions come to the same, wherever and in whatever words their values were read."""
    return bool(_bare(one) == _bare(other))


def _bare(value: Any) -> Any:  # walks values of any type
    if isinstance(value, Extracted):
        return _bare(value.value)
    if isinstance(value, tuple):
        return tuple(_bare(part) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = (f.name for f in dataclasses.fields(value) if f.name not in _WHERE_IT_WAS_READ)
        return (type(value), *(_bare(getattr(value, name)) for name in kept))
    return value
