"""What a mail mentions is read in the order of likelihood and within bounds."""

from dataclasses import replace

import pytest

from mailbot.domain.message import Authentication
from mailbot.store.joining import REFERENCES_LOOKED_AT, case_numbers, may_join, threading_keys
from tests.support.samples import inbound


def test_the_answered_mail_comes_first_then_the_newest_references() -> None:
    mail = inbound(in_reply_to="<b@x>", references=("<a@x>", "<b@x>", "<c@x>"))
    assert threading_keys(mail) == ["b@x", "c@x", "a@x"]


def test_only_the_newest_of_endless_references_are_looked_at() -> None:
    keys = threading_keys(inbound(references=tuple(f"<{n}@x>" for n in range(10_000))))
    assert len(keys) == REFERENCES_LOOKED_AT
    assert keys[0] == "9999@x"


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [Q-2026-00318] quote", ["Q-2026-00318"]),
        ("[q-2026-00318] [Q-2026-00318] [Q-2027-123456]", ["Q-2026-00318", "Q-2027-123456"]),
        ("Q-2026-00318, [Q-26-1], [Q-2026-0031]", []),
    ],
)
def test_numbers_count_in_brackets(subject: str, numbers: list[str]) -> None:
    assert case_numbers(inbound(subject=subject)) == numbers


def test_a_forged_senders_number_counts_for_nothing() -> None:
    forged = replace(inbound(subject="[Q-2026-00318]"), authentication=Authentication.FAILED)
    assert case_numbers(forged) == []


@pytest.mark.parametrize(
    ("sender", "joins"),
    [
        ("ana@Reseller.example", True),
        ("bo@reseller.example", True),
        ("bo@notreseller.example", False),
        ("bo@freemail.example", False),
        ("cy@freemail.example", True),
        ("reseller.example", False),
        ("", False),
    ],
)
def test_who_may_join(sender: str, joins: bool) -> None:
    participants = ("ana@reseller.example", "cy@freemail.example")
    assert may_join(sender, participants, frozenset({"freemail.example"})) is joins
