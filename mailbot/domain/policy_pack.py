"""The figures of the policy in force; read from `config/policy/<date>.toml`, never written in code."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from mailbot.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPack:
    """Limits and choices of the policy (sections 2 to 6). Days are calendar days."""

    version: str
    quote_valid_days: int
    amount_limits: Mapping[str, Decimal]  # currency -> largest total before tax that goes out by itself
    net_30_minimum: Mapping[str, Decimal]  # currency -> least total for Net-30; a currency not named has none
    payment_methods: Mapping[str, tuple[str, ...]]  # currency -> methods without Net-30, in print order
    default_currency: str
    country_currency: Mapping[str, str]  # billing country -> currency, e.g. AU -> AUD
    renewal_grace_days: int  # a renewal takes subscriptions that ended at most so long ago
    co_term_max_years: int
    tax_regions: frozenset[str]  # countries whose tax needs the region (US, CA)
    new_site_needs_addresses: bool
    review_days: tuple[int, int]  # least and most until a person has answered
    bank_transfer_days: tuple[int, int]  # least and most business days
    ach_days: tuple[int, int]  # likewise
    check_weeks: int
    net_days: int  # of Net-30
    refund_days: int
    maintenance_months: int  # that come with a self-managed licence
    days_in_year: int = 365
    contact_needs_name: bool = True
    sen_names_site: bool = True  # a SEN on file stands for the site
    needs_authentication: bool = False  # what no trusted server says of that it passed DMARC waits for staff
    partial_quotes: bool = False  # lines that are complete are quoted while others are asked about

    @property
    def net_minimums(self) -> tuple[Money, ...]:
        """The least totals for Net-30, one for each currency that has one."""
        return tuple(Money(amount, currency) for currency, amount in self.net_30_minimum.items())

    @property
    def bank_only_currencies(self) -> tuple[str, ...]:
        """The currencies whose quotes can be paid by bank transfer alone."""
        only = (code for code, methods in self.payment_methods.items() if methods == ("bank_transfer",))
        return tuple(sorted(code for code in only if code not in self.net_30_minimum))
