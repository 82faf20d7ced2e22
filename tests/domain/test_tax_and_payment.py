"""Tax follows the billing address, and the ways to pay follow currency and total."""

from decimal import Decimal

import pytest

from mailbot.domain.file import TaxRate
from mailbot.domain.payment import payment_methods
from mailbot.domain.tax import tax_on
from tests.handlers.making import PACK

RATES = (
    TaxRate(country="DE", region="", rate=Decimal("0.19"), name="VAT"),
    TaxRate(country="ES", region="", rate=Decimal("0.21"), name="VAT"),
    TaxRate(country="ES", region="CN", rate=Decimal("0.07"), name="IGIC"),
    TaxRate(country="US", region="NY", rate=Decimal("0.08875"), name="Sales tax"),
    TaxRate(country="US", region="", rate=Decimal("0.5"), name="never: a state is needed"),
)


@pytest.mark.parametrize(
    ("country", "region", "amount"),
    [
        ("DE", None, "19.00"),
        ("DE", "BY", "19.00"),
        ("ES", "CN", "7.00"),
        ("US", "NY", "8.88"),  # 8.875 is rounded half up
        ("US", "OR", None),
        ("US", None, None),
        ("BR", None, None),
        (None, None, None),
        (None, "NY", None),
    ],
)
def test_the_table_gives_the_rate_of_the_billing_address(
    country: str | None, region: str | None, amount: str | None
) -> None:
    tax = tax_on(Decimal("100.00"), RATES, country=country, region=region, regional=PACK.tax_regions)
    assert (str(tax.amount) if tax else None) == amount


@pytest.mark.parametrize(
    ("currency", "total", "net_30"),
    [("USD", "9999.99", False), ("USD", "10000.00", True), ("AUD", "500000.00", False)],
)
def test_net_30_is_offered_in_usd_from_ten_thousand(currency: str, total: str, net_30: bool) -> None:
    assert ("net_30" in payment_methods(currency, Decimal(total), PACK)) is net_30


def test_aud_is_paid_by_bank_transfer_alone() -> None:
    assert payment_methods("AUD", Decimal("100.00"), PACK) == ("bank_transfer",)


def test_usd_methods_come_in_the_order_of_the_policy() -> None:
    methods = payment_methods("USD", Decimal("20000.00"), PACK)
    assert methods == ("credit_card", "paypal", "bank_transfer", "check", "ach", "net_30")
