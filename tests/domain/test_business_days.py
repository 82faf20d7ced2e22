"""Business days leave weekends out."""

import datetime as dt

import pytest

from mailbot.domain.business_days import add_business_days


@pytest.mark.parametrize(
    ("begin", "days", "end"),
    [
        ("2026-11-02", 0, "2026-11-02"),  # a Monday
        ("2026-11-02", 3, "2026-11-05"),
        ("2026-11-05", 3, "2026-11-10"),
        ("2026-11-06", 1, "2026-11-09"),
        ("2026-11-07", 1, "2026-11-09"),  # a Saturday
        ("2026-11-08", 3, "2026-11-11"),
        ("2026-11-02", 7, "2026-11-11"),
    ],
)
def test_weekends_do_not_count(begin: str, days: int, end: str) -> None:
    moment = dt.datetime.fromisoformat(f"{begin}T17:30:00+00:00")
    assert add_business_days(moment, days) == dt.datetime.fromisoformat(f"{end}T17:30:00+00:00")
