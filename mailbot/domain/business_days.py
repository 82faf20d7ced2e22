"""Business days: Monday to Friday. Holidays differ from country to country and are not known."""

import datetime as dt

_SATURDAY = 5


def add_business_days(moment: dt.datetime, days: int) -> dt.datetime:
    """Return the moment so many business days later, at the same time of day."""
    while days > 0:
        moment += dt.timedelta(days=1)
        days -= moment.weekday() < _SATURDAY
    return moment
