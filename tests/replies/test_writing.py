"""How values are written: formats of a language, line breaks, cleaned names, the language that fits a tag."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.money import Money
from mailbot.domain.outgoing import ReplyKind
from mailbot.replies.clean import one_line, some_lines
from mailbot.replies.formats import Formats
from mailbot.replies.locales import closest
from mailbot.replies.render import Renderer
from mailbot.replies.samples import sample_decision, sample_message, sample_quote
from mailbot.replies.wrap import WIDTH, columns, wrapped
from tests.replies.conftest import LANGUAGES


@pytest.mark.parametrize(
    ("locale", "money", "rate", "date"),
    [
        ("en_GB", "USD 1,234.50", "8.25%", "31 March 2027"),
        ("de_DE", "1.234,50 USD", "8,25 %", "31. März 2027"),
        ("fr_FR", "1 234,50 USD", "8,25 %", "31 mars 2027"),
        ("pt_BR", "USD 1.234,50", "8,25%", "31 de março de 2027"),
        ("nl_NL", "USD 1.234,50", "8,25%", "31 maart 2027"),
        ("zh_Hans_CN", "USD 1,234.50", "8.25%", "2027年3月31日"),
        ("ko_KR", "USD 1,234.50", "8.25%", "2027년 3월 31일"),
    ],
)
def test_values_are_written_as_the_language_writes_them(locale: str, money: str, rate: str, date: str) -> None:
    formats = Formats(locale)

    assert formats.money(Decimal("1234.50"), "USD").replace("\u00a0", " ") == money
    assert formats.percent(Decimal("0.0825")).replace("\u00a0", " ") == rate
    assert formats.date(dt.date(2027, 3, 31)).replace("\u00a0", " ") == date


def test_limits_and_percents_have_no_places_that_say_nothing() -> None:
    formats = Formats("en_GB")

    assert formats.round_money(Money(Decimal("10000.00"), "USD")) == "USD\u00a010,000"
    assert formats.percent(Decimal("0.10")) == "10%"
    assert formats.percent(Decimal("1")) == "100%"


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "en"), ("en-US", "en"), ("de-AT", "de"), ("pt", "pt-BR"), ("pt-PT", "pt-BR"), ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"), ("zh-TW", "zh-Hant"), ("zh-Hant-HK", "zh-Hant"), ("zh-Hans-TW", "zh-Hans"),
        ("xx", "en"), ("", "en"),
    ],
)  # fmt: skip
def test_the_closest_language_is_taken(render: Renderer, tag: str, expected: str) -> None:
    assert closest(tag, render.languages).tag == expected


def test_lines_break_between_words_and_hang() -> None:
    assert wrapped("aaa bbb ccc ddd", "- ", width=9) == "- aaa bbb\n  ccc ddd"


def test_an_address_longer_than_a_line_stays_whole() -> None:
    assert wrapped("see https://www.seller.example/quote now", width=12) == "see\nhttps://www.seller.example/quote\nnow"


def test_chinese_breaks_between_characters_but_not_before_a_full_stop() -> None:
    assert wrapped("我们马上为您报价。谢谢", width=16) == "我们马上为您报\n价。谢谢"


def test_no_character_is_left_alone_on_the_last_line() -> None:
    assert wrapped("クレジットカード：お支払いフォームから", width=36) == "クレジットカード：お支払いフォー\nムから"
    assert (
        wrapped("사용자 수를 메일 본문에 바로 적어 주세요 네", width=40)
        == "사용자 수를 메일 본문에 바로 적어 주세요\n네"
    )
    assert wrapped("The subscription starts on the day of it", width=38).splitlines()[-1] == "it"


@given(st.text(alphabet="ab 我们。「」（），,.가나", max_size=200))
def test_wrapping_loses_nothing(text: str) -> None:
    lines = wrapped(text, width=20).split("\n")

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(columns(line) <= 20 or " " not in line for line in lines)


@given(st.text())
def test_a_cleaned_value_is_one_printable_line(text: str) -> None:
    cleaned = one_line(text)

    assert len(cleaned) <= 120
    assert cleaned.isprintable()
    assert cleaned == one_line(cleaned)


def test_an_address_keeps_its_lines() -> None:
    assert some_lines("1 High Street\r\n\r\n London \u2028UK\x00") == ("1 High Street", "London", "UK")
    assert len(some_lines("x\n" * 50)) == 6


def test_the_width_is_that_of_a_mail() -> None:
    assert 72 <= WIDTH <= 78


def test_a_name_that_ends_in_a_full_stop_gets_no_second_one(render: Renderer) -> None:
    for language in LANGUAGES:
        people = {**render.languages[language].sample, "customer_company": "Rossi S.p.A."}
        message = render(
            decision=replace(
                sample_decision(ReplyKind.QUOTE, language, people), quote=sample_quote(people)
            ),
            newest=sample_message(people, language), case_number="Q-2026-00318", kind=ReplyKind.QUOTE,
            message_id="<a@seller.example>", at=dt.datetime(2026, 11, 5, tzinfo=dt.UTC),
        )  # fmt: skip
        assert "S.p.A." in message.text
        assert ".." not in message.text
