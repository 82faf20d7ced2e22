"""Postal addresses: whole ones, and their numbers, which count nobody."""

import datetime as dt
from pathlib import Path

import pytest

from mailbot.domain.message import TextPart
from mailbot.parsers.lexicon import Knowledge, load_knowledge
from mailbot.parsers.postal import read_address
from mailbot.parsers.scan import scan

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge(CONFIG)


@pytest.mark.parametrize(
    ("language", "text", "numbers"),
    [
        ("ja", "請求先住所は〒460-0008 愛知県名古屋市中区栄2丁目10番19号です。", []),
        ("ja", "〒100-0005 東京都千代田区丸の内1-8-2 第三ビル7階、50ユーザー", [50]),
        ("ja", "東京都の区役所で50ユーザー", [50]),
        ("zh-Hans", "上海市浦东新区世纪大道88号A座1203室，中国，100个用户", [100]),
        ("zh-Hant", "臺北市信義區松仁路100號12樓，臺灣", []),
        ("ko", "서울특별시 강남구 테헤란로 152, 12층, 대한민국 200명", [200]),
    ],
)
def test_house_numbers_and_postcodes_count_nobody(
    language: str, text: str, numbers: list[int], knowledge: Knowledge
) -> None:
    marked = scan(TextPart(name="body", text=text), 1, language, knowledge, dt.date(2026, 11, 24))
    assert [n.value for n in marked.numbers if not n.spelled] == numbers


@pytest.mark.parametrize(("text", "country"), [("ул. Абая, д. 52, 050008 Алматы, Казахстан", "KZ")])
def test_countries_by_the_names_that_mails_use(text: str, country: str, knowledge: Knowledge) -> None:
    address = read_address(text, knowledge.gazetteers)
    assert address is not None
    assert address.country == country
