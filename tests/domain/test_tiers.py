"""A tier covers as many users as its name says, and no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.tiers import is_tier, tier_covering

TIERS = (10, 25, 50, 100, 500)


@pytest.mark.parametrize(
    ("users", "tier"), [(1, 10), (10, 10), (11, 25), (75, 100), (500, 500), (501, None), (0, None), (-5, None)]
)
def test_the_smallest_tier_that_is_large_enough_covers_the_users(users: int, tier: int | None) -> None:
    assert tier_covering(TIERS, users) == tier


@pytest.mark.parametrize(
    ("low", "high", "exact"),
    [
        (1, 10, True),
        (11, 25, True),
        (101, 500, True),
        (100, 500, False),
        (50, 60, False),
        (51, 60, False),
        (0, 10, False),
    ],
)
def test_a_range_is_a_tier_only_when_both_its_ends_are(low: int, high: int, exact: bool) -> None:
    assert is_tier(TIERS, low, high) is exact


@given(st.sets(st.integers(1, 10_000), min_size=1), st.integers(-5, 12_000))
def test_no_smaller_tier_would_do(tiers: set[int], users: int) -> None:
    ordered = sorted(tiers)
    tier = tier_covering(ordered, users)
    if tier is None:
        assert users < 1 or users > ordered[-1]
    else:
        assert tier >= users
        assert not [smaller for smaller in ordered if users <= smaller < tier]
