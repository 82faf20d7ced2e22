"""Cases are found by their words in every script, on both databases."""

import pytest

from mailbot.store import open_store
from mailbot.store.words import cases_with, search_words
from tests.support.fakes import FakeClock
from tests.support.samples import NOW, inbound


@pytest.fixture
def store(database_url):
    opened = open_store(database_url, FakeClock())
    yield opened
    opened.close()


def ids(store, phrase: str) -> list[int]:
    """Return the cases found."""
    with store.read() as connection:
        return list(connection.scalars(cases_with(connection.dialect.name, phrase)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Grüße, CAFÉ", ["grusse", "cafe"]),
        ("云海物流", ["云海", "海物", "物流"]),
        ("報", ["報"]),
        ("見積もりをください", ["見積", "積も", "もり", "りを", "をく", "くだ", "ださ", "さい"]),
        ("SEN-1234567 ana@x.example", ["sen", "1234567", "ana", "x", "example"]),
        ("Ｊｉｒａ　５０", ["jira", "50"]),
        ("", []),
        ("'\"():*&|!", []),
    ],
)
def test_words_are_told_apart_in_every_script(text, words):
    assert search_words(text) == words


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("harbour", True),
        ("HARBOUR lights", True),
        ("lights harbour", True),
        ("harb", True),
        ("harb lights", False),
        ("物流", True),
        ("云海物流", True),
        ("流物", False),
        ("sen-4820117", True),
        ("tom.okafor@bluewater", True),
        ("' OR 1=1 --", False),
        ('"harbour" & (lights | x) :*', False),
        ("nothing", False),
    ],
)
def test_a_case_is_found_by_all_of_the_words_the_last_perhaps_unfinished(store, phrase, found):
    texts = ["Co-term Harbour Lights 云海物流", "SEN-4820117", "tom.okafor@bluewater-tech.example"]
    with store.begin() as uow:
        case = uow.cases.open(inbound(), NOW)
        assert uow.search.unsearched(10) == [(case.id, 1)]
        uow.search.keep(case.id, 1, texts)
        assert uow.search.unsearched(10) == []
        uow.commit()
    assert (case.id in ids(store, phrase)) is found


def test_a_phrase_without_words_is_no_search():
    assert cases_with("sqlite", " ?! ") is None


def test_a_case_is_not_found_any_more_by_the_words_of_before(store):
    with store.begin() as uow:
        case = uow.cases.open(inbound(), NOW)
        uow.search.keep(case.id, 1, ["harbour"])
        uow.search.keep(case.id, 2, ["kestrel"])
        uow.commit()
    assert ids(store, "harbour") == []
    assert ids(store, "kestrel") == [case.id]
