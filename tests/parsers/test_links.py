"""Redirectors of mail scanners are unwrapped without any network."""

import pytest

from mailbot.parsers.links import unwrap

TARGET = "https://acme.atlassian.net/wiki?a=1"


@pytest.mark.parametrize(
    "wrapped",
    [
        TARGET,
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.atlassian.net%2Fwiki%3Fa%3D1&data=05",
        "https://www.google.com/url?q=https://acme.atlassian.net/wiki?a%3D1&sa=D",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__acme.atlassian.net_wiki-3Fa-3D1&d=DwMF",
        "https://urldefense.com/v3/__https://acme.atlassian.net/wiki?a=1__;!!abc!def$",
        "https://urldefense.com/v3/__https://acme.atlassian.net/wiki*a=1__;Pw!!abc!def$",
        "https://secure-web.cisco.com/1abc/https%3A%2F%2Facme.atlassian.net%2Fwiki%3Fa%3D1",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252F"
        "acme.atlassian.net%252Fwiki%253Fa%253D1",
    ],
)
def test_the_target_behind_a_redirector(wrapped: str) -> None:
    assert unwrap(wrapped) == TARGET


@pytest.mark.parametrize(
    "target", ["", "mailto:a@b.example", "http://[", "https://google.com/search?q=https://x.example", "x" * 5000]
)
def test_other_targets_stay_as_they_are(target: str) -> None:
    assert unwrap(target) == target[:4000]
