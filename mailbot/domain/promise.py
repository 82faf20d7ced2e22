"""What the desk promises for cases that a person looks at: an answer within so many business days."""

import datetime as dt
from dataclasses import dataclass

_SATURDAY = 5
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """`days` is the most of the policy's `review_days`.

    Days begin in UTC; business days are Monday to Friday but for the holidays.
    """

    days: int = 3
    holidays: frozenset[dt.date] = frozenset()

    def is_business_day(self, day: dt.date) -> bool:
        """Whether somebody is at the desk on that day."""
        return day.weekday() < _SATURDAY and day not in self.holidays

    def age(self, opened: dt.datetime, now: dt.datetime) -> int:
        """Return how many business days have begun since the day on which the case was opened."""
        day, end, count = opened.date() + _ONE_DAY, now.date(), 0
        while day <= end:
            count += self.is_business_day(day)
            day += _ONE_DAY
        return count

    def due(self, opened: dt.datetime) -> dt.date:
        """Return the last day on which an answer keeps the promise."""
        day, left = opened.date(), self.days
        while left:
            day += _ONE_DAY
            left -= self.is_business_day(day)
        return day

    def is_late(self, opened: dt.datetime, now: dt.datetime) -> bool:
        """Whether the promise is broken."""
        return self.age(opened, now) > self.days
