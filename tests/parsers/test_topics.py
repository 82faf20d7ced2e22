"""Questions: lesser words count where a mail requests nothing, and only there."""

import datetime as dt
from pathlib import Path

import pytest

from mailbot.domain.message import TextPart
from mailbot.parsers.layout import Unit
from mailbot.parsers.lexicon import Knowledge, load_knowledge
from mailbot.parsers.requests.topics import find_topics, hinted_topics
from mailbot.parsers.scan import scan

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge(CONFIG)


def _topics(language: str, sentences: list[str], knowledge: Knowledge) -> list[str]:
    text = " ".join(sentences)
    marks = scan(TextPart(name="body", text=text), 1, language, knowledge, dt.date(2026, 11, 24))
    units, at = [], 0
    for sentence in sentences:
        units.append(Unit(kind="sentence", start=at, end=at + len(sentence)))
        at += len(sentence) + 1
    known = find_topics(marks, units)
    return sorted(t.value for t in (*known, *hinted_topics(marks, units, known)))


@pytest.mark.parametrize(
    ("language", "sentences", "topics"),
    [
        ("en", ["Is it possible for them to look around in a sandbox for a week?"], ["trial"]),
        ("de", ["Können wir das per Lastschrift erledigen?"], ["payment"]),
        ("fr", ["L'abonnement peut-il être réglé par prélèvement ?"], ["payment"]),
        ("zh-Hans", ["客户先测试两周可以吗？"], ["trial"]),
        ("ko", ["고객이 변심하면 돌려받을 수 있나요?"], ["refund"]),
        ("pl", ["Czy można to zapłacić przelewem?"], ["payment"]),
        ("ru", ["Можно ли сначала протестировать?"], ["trial"]),
        ("tr", ["Müşteri vazgeçerse ne olur?"], ["refund"]),
        ("en", ["A reviewer is looking at our order.", "How many days will that take?"], ["manual_review"]),
        ("en", ["The licence key of their Confluence Data Center is lost.", "Where is it shown?"], ["license_keys"]),
    ],
)
def test_lesser_words_show_what_a_question_is_about(
    language: str, sentences: list[str], topics: list[str], knowledge: Knowledge
) -> None:
    assert _topics(language, sentences, knowledge) == topics


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["They tested it and like it.", "Please quote Jira."]),  # no question at all
        ("en", ["They want to test it soon.", "Could you please send us a price?"]),  # the question is the request
        ("de", ["Der Kunde testet noch.", "Können Sie uns Jira anbieten?"]),
    ],
)
def test_a_request_is_no_question(language: str, sentences: list[str], knowledge: Knowledge) -> None:
    assert _topics(language, sentences, knowledge) == []
