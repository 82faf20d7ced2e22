"""Only our own receiver's verdict counts, and of its headers only the first."""

import pytest

from mailbot.domain.message import Authentication
from mailbot.parsers.authentication import MICROSOFT_365, authentication

TRUSTED = ("mx.vendor.example",)
PASSED, FAILED, UNKNOWN = Authentication.PASSED, Authentication.FAILED, Authentication.UNKNOWN


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([], UNKNOWN),
        (["mx.vendor.example; dmarc=pass header.from=a.example"], PASSED),
        (["MX.Vendor.Example 1; spf=fail; dkim=pass; DMARC=Pass (p=reject dis=none) header.from=a.example"], PASSED),
        (["mx.vendor.example; spf=pass smtp.mailfrom=a.example; dmarc=fail header.from=b.example"], FAILED),
        (["(comment) mx.vendor.example (more); dmarc (x) = fail"], FAILED),
        (["mx.vendor.example; dmarc=none header.from=a.example"], UNKNOWN),
        (["mx.vendor.example; dmarc=temperror"], UNKNOWN),
        (["mx.vendor.example; none"], UNKNOWN),
        (["mx.vendor.example; spf=pass"], UNKNOWN),
        (["mx.vendor.example; spf=pass (dmarc=pass; dmarc=pass) ; dmarc=fail"], FAILED),
        (['mx.vendor.example; spf=pass reason="; dmarc=pass"; dmarc=fail'], FAILED),
        (["mx.vendor.example; dmarc=pass; dmarc=fail"], FAILED),
        (["mx.evil.example; dmarc=pass", "mx.vendor.example; dmarc=fail"], FAILED),
        (["mx.vendor.example; dmarc=fail", "mx.vendor.example; dmarc=pass"], FAILED),
        (["mx.vendor.example; dmarc=none", "mx.vendor.example; dmarc=pass"], UNKNOWN),
        (["mx.evil.example; dmarc=pass"], UNKNOWN),
        (["mx.vendor.example.evil.example; dmarc=pass"], UNKNOWN),
        (["spf=pass smtp.mailfrom=a.example; dmarc=pass action=none header.from=a.example"], UNKNOWN),
    ],
)
def test_the_verdict(values: list[str], verdict: Authentication) -> None:
    assert authentication(values, TRUSTED) is verdict


def test_microsoft_365_names_no_authserv_id_and_is_believed_at_the_top_only() -> None:
    own = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dkim=pass; dmarc=fail action=none; compauth=fail"
    forged = "spf=pass; dmarc=pass"
    assert authentication([own, forged], (MICROSOFT_365,)) is FAILED
    assert authentication(["mx.evil.example; dmarc=pass", forged], (MICROSOFT_365,)) is UNKNOWN


def test_nothing_is_trusted_by_default() -> None:
    assert authentication(["mx.vendor.example; dmarc=fail"], ()) is UNKNOWN
