"""The pattern language of docs/languages.md."""

import pytest

from mailbot.parsers.fold import fold
from mailbot.parsers.phrases import Phrases


def _found(pattern: str, text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in Phrases([("tag", "key", pattern)]).scan(fold(text))]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("user", "users, superuser, user", ["user"]),
        ("verlänger*", "Die Verlängerung verlaengern", ["Verlängerung"]),
        ("verl(ä|ae)nger*", "Die Verlängerung verlaengern", ["Verlängerung", "verlaengern"]),
        ("billing address", "the billing\naddress", ["billing\naddress"]),
        ("e(-)?mail", "E-Mail, email", ["E-Mail", "email"]),
        ("in (the )?cloud", "in cloud, in the cloud", ["in cloud", "in the cloud"]),
        ("(the )?new (cloud )?site", "The new site", ["The new site"]),
        ("our (new |old )?(end( |-))?customer", "our new end-customer", ["our new end-customer"]),
        ("switch .. to annual", "switch the whole site to annual", ["switch the whole site to annual"]),
        ("switch .. to annual", "switch it all over today at last to annual", []),
        ("switch .. to annual", "switch. Then to annual", []),
        ("add .. (jira|confluence)", "add 50 users of Confluence", ["add 50 users of Confluence"]),
        ("waar .. offerte", "waarom onze offerte", []),
        ("不需要", "我们不需要了", ["不需要"]),
        ("hat 5*", "hat 50 Benutzer", ["hat 50"]),
    ],
)
def test_a_pattern_finds_what_it_says(pattern: str, text: str, found: list[str]) -> None:
    """Words end at their border, groups choose, gaps stay in their sentence."""
    assert _found(pattern, text) == found


@pytest.mark.parametrize("pattern", ["runs? out", "po( number| no.?)?", "ユーザー?", "年?(底|末)"])
def test_a_question_mark_stands_behind_a_bracket_only(pattern: str) -> None:
    """What looks like something that may be absent and is not is refused."""
    with pytest.raises(ValueError, match="question mark"):
        Phrases([("tag", "key", pattern)])


def test_a_question_mark_may_end_a_question() -> None:
    """There it is meant as one: 吧 alone asks nothing."""
    phrases = Phrases([("cues.question", "question", "吧?")])
    assert [phrases.scan(fold(text)) != [] for text in ("可以吧？", "走吧")] == [True, False]


def test_the_longest_choice_counts() -> None:
    """Of the ways in which one pattern matches at a place, the longest is the hit."""
    assert _found("new( customer| customer site)?", "a new customer site") == ["new customer site"]


def test_many_groups_do_not_multiply() -> None:
    """Only the groups of the first word are written out, so that a pattern of many groups is cheap."""
    group = "(" + "|".join(f"w{i}" for i in range(40)) + ")"
    assert _found(" ".join(["start", *[group] * 8]), "start w1 w2 w3 w4 w5 w6 w7 w8") == [
        "start w1 w2 w3 w4 w5 w6 w7 w8"
    ]


@pytest.mark.parametrize("pattern", ["* away", ".. away", "(one|two"])
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    """A pattern begins with a word and closes its brackets."""
    with pytest.raises(ValueError, match=r"pattern must begin|bracket is not closed"):
        Phrases([("tag", "key", pattern)])
