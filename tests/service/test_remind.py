"""Reminders: two at most, on business days, and none once anything has happened."""

import pytest

from mailbot.domain.outgoing import ReplyKind
from mailbot.service.budget import ReplyBudget
from mailbot.service.remind import RemindOptions, remind_due
from tests.service.conftest import FakeDesk
from tests.service.test_reports import report
from tests.support.fake_desk import mail

OPTIONS = RemindOptions(domain="desk.example")


def follow_up(words: str) -> bytes:
    return mail(words, message_id="<second@reseller.example>", in_reply_to="<first@reseller.example>")


def remind(desk: FakeDesk, options: RemindOptions = OPTIONS) -> int:
    count = remind_due(desk.store, desk.understanding, desk.renderer, desk.clock, options)
    desk.deliver()
    return count


@pytest.fixture
def asked(desk: FakeDesk) -> FakeDesk:
    """A question went out on Monday at nine."""
    desk.take(mail("ask users"))
    desk.deliver()
    return desk


@pytest.fixture
def quoted(desk: FakeDesk) -> FakeDesk:
    """A quote went out on Monday at nine."""
    desk.take(mail("quote jira"))
    desk.deliver()
    return desk


def test_after_three_business_days_and_after_seven_then_never_again(asked):
    reminded = []
    for day in range(60):
        if remind(asked):
            reminded.append(day)
        asked.clock.advance(days=1)
    assert reminded == [3, 9]  # Thursday, and Wednesday of the week after
    kinds = [entry.kind for entry in asked.outbox]
    assert kinds == [ReplyKind.ASK, ReplyKind.REMINDER, ReplyKind.REMINDER]
    assert asked.events.count("Reminded") == 2


def test_it_is_due_to_the_hour(asked):
    asked.clock.advance(days=3, seconds=-1)
    assert remind(asked) == 0
    asked.clock.advance(seconds=1)
    assert (remind(asked), remind(asked)) == (1, 0)


def test_a_quote_is_reminded_of_as_it_was_issued(quoted):
    quoted.clock.advance(days=3)
    assert remind(quoted) == 1
    (issued,) = quoted.store.tables.quotes.values()
    assert quoted.renderer.rendered[-1] == {"kind": ReplyKind.REMINDER, "quote": issued, "staff_text": ""}


@pytest.mark.parametrize("reply", ["quote jira", "answer refund", "ask users", "unclear amount"])
def test_any_reply_stops_it(asked, reply):
    asked.clock.advance(days=1)
    asked.take(follow_up(reply))
    asked.clock.advance(days=2)
    assert remind(asked) == 0


def test_an_absence_notice_does_not_stop_it(asked):
    asked.take(follow_up("ignore I am away"))
    asked.clock.advance(days=3)
    assert remind(asked) == 1


@pytest.mark.parametrize("words", ["answer refund", "unclear amount", "silent x"])
def test_only_questions_and_quotes_are_reminded_of(desk, words):
    desk.take(mail(words))
    desk.deliver()
    desk.clock.advance(days=4)
    assert remind(desk) == 0


def test_what_was_not_delivered_is_not_reminded_of(desk):
    desk.take(mail("ask users"))
    desk.clock.advance(days=4)
    assert remind_due(desk.store, desk.understanding, desk.renderer, desk.clock, OPTIONS) == 0


def test_what_no_longer_holds_is_not_reminded_of(asked, monkeypatch):
    asked.understanding.overrides = "review"  # the price list has changed, say
    asked.clock.advance(days=3)
    assert remind(asked) == 0


def test_an_expired_quote_is_not_reminded_of(quoted):
    (issued,) = quoted.store.tables.quotes.values()
    late = (issued.valid_until - quoted.clock.now.date()).days + 1
    quoted.clock.advance(days=late)
    assert remind(quoted, RemindOptions(domain="desk.example", after=(3, late))) == 0


def test_the_budget_holds_for_reminders_too(asked):
    asked.clock.advance(days=3)
    assert remind(asked, RemindOptions(domain="desk.example", budget=ReplyBudget(in_all_per_hour=0))) == 0
    assert "Reminded" not in asked.events
    assert remind(asked) == 1


def test_none_are_sent_where_none_are_wanted(asked):
    asked.clock.advance(days=30)
    assert remind(asked, RemindOptions(domain="desk.example", after=())) == 0


def test_one_case_that_fails_does_not_keep_the_others_from_it(asked):
    asked.take(mail("ask plan", message_id="<other@reseller.example>", sender="bob@elsewhere.example"))
    asked.deliver()
    asked.clock.advance(days=3)
    asked.understanding.before_decide.append(lambda: 1 / 0)
    assert remind(asked) == 1
    assert remind(asked) == 1


@pytest.mark.parametrize(("action", "reminded"), [("delivered", 1), ("delayed", 1), ("failed", 0)])
def test_a_mail_servers_word_on_the_way_is_no_answer(asked, action, reminded):
    asked.understanding.reports = True
    asked.take(report(action, "2.0.0", asked.outbox[0].message_id))
    asked.clock.advance(days=3)
    assert remind(asked) == reminded
