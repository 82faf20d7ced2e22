"""Persons' names: companies are none, and the names that look like other words are."""

import datetime as dt
from pathlib import Path

import pytest

from mailbot.domain.message import TextPart
from mailbot.parsers.lexicon import Knowledge, load_knowledge
from mailbot.parsers.people import name_at, name_before, spelled_like
from mailbot.parsers.scan import Scan, scan

CONFIG = Path(__file__).resolve().parents[2] / "config"
WRITTEN_ON = dt.date(2026, 11, 24)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge(CONFIG)


def _scan(text: str, language: str, knowledge: Knowledge) -> Scan:
    return scan(TextPart(name="body", text=text), 1, language, knowledge, WRITTEN_ON)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "나래물류(주)"),
        ("ko", "승인된 담당자의 이메일"),
        ("zh-Hans", "江城大学附属医院"),
        ("zh-Hans", "华信科技有限公司"),
        ("zh-Hans", "赵工"),
        ("zh-Hans", "王总"),
        ("zh-Hans", "王经理"),
        ("zh-Hant", "王經理"),
        ("en", "Brightwater Foods Ltd"),
        ("nl", "Vlasakker Verzekeringen N.V."),
        ("it", "Acque del Tesino S.p.A."),
        ("de", "Lorenz Weber GmbH"),
    ],
)
def test_companies_and_surnames_with_a_title_are_no_names(language: str, text: str, knowledge: Knowledge) -> None:
    marked = _scan(text, language, knowledge)
    assert name_at(marked, 0, len(text), knowledge) is None


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("nl", "Wouter 't Hart", "Wouter 't Hart"),
        ("nl", "Fenna ’t Hart", "Fenna ’t Hart"),
        ("it", "Nicolò Lo Presti", "Nicolò Lo Presti"),
        ("pt", "João Sá", "João Sá"),
        ("en", "Maria Lopez as agreed", "Maria Lopez"),
        ("ko", "남궁하은 <", "남궁하은"),
        ("ko", "선우하은", "선우하은"),
        ("ko", "이금희는", "이금희"),
        ("ko", "홍길동 (주)북두정보기술", "홍길동"),
        ("tr", "Çağla Bulut", "Çağla Bulut"),
        ("zh-Hans", "李建设", "李建设"),
    ],
)
def test_names_that_look_like_other_words(language: str, text: str, name: str, knowledge: Knowledge) -> None:
    marked = _scan(text, language, knowledge)
    found = name_at(marked, 0, len(text), knowledge)
    assert found is not None
    assert found.value == name


def test_no_name_begins_in_the_middle_of_a_word(knowledge: Knowledge) -> None:
    text = "有问题那边找王工就行"
    assert name_before(_scan(text, "zh-Hans", knowledge), 0, len(text), knowledge) is None


def test_a_name_begins_after_the_company_of_the_sentence_before(knowledge: Knowledge) -> None:
    text = "This is for Brightwater Foods Ltd. Duncan Castellano <"
    found = name_before(_scan(text, "en", knowledge), 0, len(text), knowledge)
    assert found is not None
    assert found.value == "Duncan Castellano"


@pytest.mark.parametrize(
    ("text", "address", "name"),
    [
        ("the contact is sanne van den berg, see", "sanne.van-den-berg@x.example", "Sanne van den Berg"),
        ("kontakt jürgen schäfer bitte", "juergen.schaefer@x.example", "Jürgen Schäfer"),
        ("ask eva vogel there", "e.vogel@x.example", "Eva Vogel"),
        ("ask the vogel people", "e.vogel@x.example", None),
        ("accounts payable does that", "accounts@x.example", None),
    ],
)
def test_a_name_without_capitals_is_known_by_its_address(
    text: str, address: str, name: str | None, knowledge: Knowledge
) -> None:
    found = spelled_like(_scan(text, "en", knowledge), 0, len(text), address, knowledge)
    assert (found.value if found else None) == name
