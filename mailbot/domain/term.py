"""Terms of a subscription in calendar days (policy section 5)."""

import calendar
import datetime as dt

ONE_DAY = dt.timedelta(days=1)


def add_years(day: dt.date, years: int) -> dt.date:
    """Return the same day so many years later; 29 February becomes 1 March where there is none."""
    year = day.year + years
    if (day.month, day.day) == (2, 29) and not calendar.isleap(year):
        return dt.date(year, 3, 1)
    return day.replace(year=year)


def last_day_of_year_from(start: dt.date) -> dt.date:
    """Return the last day of an annual term: one year later, less one day."""
    return add_years(start, 1) - ONE_DAY


def renewal_start(end: dt.date, today: dt.date) -> dt.date:
    """Return the first day after a paid term: the day after its end, or today if it has already ended."""
    return max(end + ONE_DAY, today)
