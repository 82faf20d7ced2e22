"""Digits with words for thousands between: one number, never its last part."""

import datetime as dt
from pathlib import Path

import pytest

from mailbot.domain.message import TextPart
from mailbot.parsers.lexicon import Knowledge, load_knowledge
from mailbot.parsers.scan import scan

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge(CONFIG)


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("ja", "1万5千名", [15000]),
        ("ja", "1万2,000名", [12000]),
        ("ja", "2千5百名", [2500]),
        ("ko", "1만 2천 명", [12000]),
        ("ko", "1만 명", [10000]),
        ("ko", "5만 추가", [5]),  # only five more
        ("zh-Hans", "1万5000人", [15000]),
        ("zh-Hant", "1萬2千位", [12000]),
        ("ja", "3千円 20名", [20]),
        ("zh-Hans", "共2千 20人", [2000, 20]),  # two numbers
        ("ko", "1만 2000명", [12000]),
    ],
)
def test_thousands_in_words(language: str, text: str, values: list[int], knowledge: Knowledge) -> None:
    marks = scan(TextPart(name="body", text=text), 1, language, knowledge, dt.date(2026, 11, 24))
    assert [n.value for n in marks.numbers] == values
