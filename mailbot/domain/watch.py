"""What the service knows of itself: who holds a task, and what is wrong."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to do something alone, for a time. `fence` grows each time that it changes hands."""

    name: str
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that is wrong since a time, in words for a person. `told_at` is when somebody was told outside."""

    name: str
    words: str
    since: dt.datetime
    last_at: dt.datetime
    times: int
    told_at: dt.datetime | None = None
