"""Common end dates: anniversaries that shorten no paid term."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.co_term import CommonEnd, common_ends
from mailbot.domain.file import Entitlement

TODAY = dt.date(2026, 11, 20)
EARLIEST, LATEST, LARGEST = CommonEnd.EARLIEST, CommonEnd.LATEST, CommonEnd.LARGEST


def held(*ends: dt.date) -> list[Entitlement]:
    return [
        Entitlement(
            sen=f"SEN-{number:07}", site="a.example.net", customer="A", product="jira", plan="standard", tier=50,
            currency="USD", end_date=end,
        )
        for number, end in enumerate(ends)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ends", "largest", "expected"),
    [
        (
            ["2027-03-31", "2027-09-15", "2027-06-30"],
            2,
            [("2027-09-15", [LATEST]), ("2028-03-31", [EARLIEST]), ("2028-06-30", [LARGEST])],
        ),
        (["2027-03-31", "2027-09-15"], 1, [("2027-09-15", [LATEST, LARGEST]), ("2028-03-31", [EARLIEST])]),
        (["2027-03-31", "2027-03-31"], 0, [("2027-03-31", [EARLIEST, LATEST, LARGEST])]),
        (["2026-11-20"], 0, [("2027-11-20", [EARLIEST, LATEST, LARGEST])]),  # ends today
        (["2026-10-01", "2027-09-15"], 0, [("2027-09-15", [EARLIEST, LATEST, LARGEST])]),  # the first has ended
        (["2027-03-31", "2029-10-01"], 0, [("2029-10-01", [LATEST])]),  # others are more than 3 years away
        (["2026-10-01"], 0, []),
        ([], 0, []),
    ],
)
def test_dates_are_offered_soonest_first(ends: list[str], largest: int, expected: list[object]) -> None:
    entitlements = held(*map(dt.date.fromisoformat, ends))
    annual = {one.sen: Decimal(1 + (number == largest)) for number, one in enumerate(entitlements)}

    options = common_ends(entitlements, annual, TODAY, 3)

    assert [(option.end_date.isoformat(), list(option.ends)) for option in options] == expected


@given(st.lists(st.dates(dt.date(2026, 1, 1), dt.date(2030, 12, 31)), max_size=5))
def test_no_paid_term_is_shortened_and_no_date_is_too_far(ends: list[dt.date]) -> None:
    running = [end for end in ends if end >= TODAY]

    for option in common_ends(held(*ends), {}, TODAY, 3):
        assert TODAY < option.end_date <= dt.date(2029, 11, 20)
        assert all(option.end_date >= end for end in running)
