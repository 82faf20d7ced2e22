"""The ways to pay that a quote prints (policy section 6)."""

from decimal import Decimal

from mailbot.domain.policy_pack import PolicyPack

NET_30 = "net_30"


def payment_methods(currency: str, total: Decimal, pack: PolicyPack) -> tuple[str, ...]:
    """Return the methods in print order; Net-30 is among them when the total, tax included, reaches its least one."""
    methods = pack.payment_methods.get(currency, ())
    minimum = pack.net_30_minimum.get(currency)
    return (*methods, NET_30) if minimum is not None and total >= minimum else methods
