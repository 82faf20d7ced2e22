"""Amounts are rounded half up to cents, and currencies are never mixed."""

from decimal import Decimal

import pytest

from mailbot.domain.money import Money, to_cents


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("0.005", "0.01"), ("0.125", "0.13"), ("0.1249", "0.12"), ("5.025", "5.03"), ("7", "7.00"), ("-0.125", "-0.13")],
)
def test_halves_go_up(amount: str, cents: str) -> None:
    assert str(to_cents(Decimal(amount))) == cents


def test_sums_keep_their_currency() -> None:
    assert Money(Decimal("1.10"), "USD") + Money(Decimal("2.20"), "USD") == Money(Decimal("3.30"), "USD")
    with pytest.raises(ValueError, match="AUD"):
        Money(Decimal(1), "USD") + Money(Decimal(1), "AUD")
