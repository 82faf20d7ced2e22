"""Answers to our form: found by our own questions, whatever else the mail says."""

import pytest

from mailbot.domain.evidence import BODY
from mailbot.domain.message import InboundMessage, Role, Segment, TextPart
from mailbot.parsers.form import Form, Question

NAME = Question(label="Your full name:", example="(for example Maria Keller)", field="reseller.name")
MAIL = Question(label="E-mail address of the contact:", example="(for example a@b.example)", field="contact.email")
FORM = Form([NAME, MAIL])
BLOCK = """\
1. Your full name:
   (for example Maria Keller)

2. E-mail address of the contact:
   (for example a@b.example)
"""


def message(*parts: tuple[Role, str]) -> InboundMessage:
    text, segments = "", []
    for role, words in parts:
        segments.append(Segment(role=role, start=len(text), end=len(text) + len(words)))
        text += words
    return InboundMessage(
        message_id=None, date=None, sender=None, subject=TextPart(name="subject", text=""),
        body=TextPart(name=BODY, text=text, segments=tuple(segments)), language="en",
    )  # fmt: skip


def answers(*parts: tuple[Role, str]) -> dict[str, str]:
    mail = message(*parts)
    return {a.question.field: mail.body.text[a.start : a.end] for a in FORM.answers(mail)}


def quote(text: str) -> str:
    return "".join(f"> {line}\n" if line else ">\n" for line in text.splitlines())


def test_a_form_that_came_back_empty_has_no_answers() -> None:
    assert answers((Role.NEW, "We will come back to you.\n\n"), (Role.QUOTED, quote(BLOCK))) == {}


def test_a_mail_without_our_form_has_no_answers() -> None:
    assert answers((Role.NEW, "1. Jira\n2. Confluence\n")) == {}


def test_numbers_stand_for_our_questions_in_any_order() -> None:
    new = "2) x@y.example\n1. Ana\nLima\n\nBest\n"
    assert answers((Role.NEW, new), (Role.QUOTED, quote(BLOCK))) == {
        "reseller.name": "Ana\nLima",
        "contact.email": "x@y.example",
    }


def test_an_answer_may_take_the_place_of_the_example() -> None:
    filled = BLOCK.replace("(for example Maria Keller)", "Ana Lima").replace("(for example a@b.example)", "x@y.example")
    assert answers((Role.QUOTED, quote(filled))) == {"reseller.name": "Ana Lima", "contact.email": "x@y.example"}


def test_lines_broken_anew_by_a_mail_program_are_the_same_question() -> None:
    broken = (
        "> 1. Your full\n> name: Ana Lima (for\n> example Maria Keller)\n>\n> 2. E-mail address of\n> the contact:\n"
    )
    assert answers((Role.QUOTED, broken)) == {"reseller.name": "Ana Lima"}


def test_what_follows_the_last_question_is_no_answer_to_it() -> None:
    rest = "\nAs soon as we have that, your quote is on its way.\n"
    assert answers((Role.QUOTED, quote(BLOCK + rest)), (Role.NEW, "")) == {}


def test_the_senders_closing_is_no_part_of_the_last_answer() -> None:
    parts = ((Role.QUOTED, quote(BLOCK)), (Role.NEW, "\nx@y.example\n\nKind regards\nAna\n"))
    assert answers(*parts) == {"contact.email": "x@y.example"}


@pytest.mark.parametrize("question", ["Your full name: Ana", "the 1. Your full name: Ana"])
def test_our_words_without_their_number_are_no_question(question: str) -> None:
    assert answers((Role.NEW, question)) == {}


def test_the_newest_answer_stands_first_in_a_mail() -> None:
    newer = BLOCK.replace("name:", "name: Ana Lima")
    older = BLOCK.replace("name:", "name: Ana Maria Lima")
    assert answers((Role.NEW, newer), (Role.QUOTED, quote(older)))["reseller.name"] == "Ana Lima"
