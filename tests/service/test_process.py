import re

import pytest

from mailbot.domain.case import CaseEvent, InboxState
from mailbot.domain.errors import TransientError
from mailbot.domain.outgoing import ReplyKind
from mailbot.service.budget import ReplyBudget
from mailbot.service.process import ProcessOptions, process_next
from mailbot.service.review import answer
from tests.support.fake_desk import mail


def follow_up(words: str, number: int = 2, **more: str) -> bytes:
    options = {"in_reply_to": "<first@reseller.example>"} | more
    return mail(words, message_id=f"<{number}@reseller.example>", **options)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("quote", ReplyKind.QUOTE), ("ask", ReplyKind.ASK), ("answer", ReplyKind.ANSWER)],
)
def test_a_mail_is_decided_recorded_and_answered_in_one_commit(desk, word, kind):
    assert desk.take(mail(f"{word} payment")) == [word]
    [entry], [reply] = desk.inbox, desk.outbox
    assert (entry.state, entry.outcome, entry.case_id) == (InboxState.DONE, word, reply.case_id)
    assert (reply.kind, reply.recipients) == (kind, ("ana.lima@reseller.example",))
    assert desk.events[:2] == ["MailReceived", "Decided"]
    assert desk.waiting == []


def test_a_quote_is_issued_under_the_number_of_its_case(desk):
    desk.take(mail("quote jira"))
    [quote] = desk.store.tables.quotes.values()
    assert (quote.number, quote.revision) == ("Q-2026-00001", 1)
    assert desk.renderer.rendered[0]["quote"] == quote
    assert desk.outbox[0].revision == 1


def test_a_message_id_is_new_and_names_the_case(desk):
    desk.take(mail("ask a"), mail("ask b", message_id="<b@reseller.example>"))
    ids = [entry.message_id for entry in desk.outbox]
    assert all(re.fullmatch(r"<q-2026-0000\d\.ask\.[0-9a-f]{24}@desk\.example>", one) for one in ids)
    assert len(set(ids)) == 2


def test_a_review_is_opened_and_acknowledged(desk):
    assert desk.take(mail("unclear amount")) == ["review"]
    assert [item.decision.reasons for item in desk.waiting] == [("ambiguous_quantity",)]
    assert [entry.kind for entry in desk.outbox] == [ReplyKind.ACKNOWLEDGEMENT]


def test_a_suspect_mail_gets_no_reply_at_all(desk):
    assert desk.take(mail("silent")) == ["review"]
    assert len(desk.waiting) == 1
    assert desk.outbox == []


def test_a_machine_is_never_answered(desk):
    assert desk.take(mail("ignore me")) == ["ignore"]
    assert (desk.outbox, desk.waiting) == ([], [])
    assert desk.store.tables.causes[1] == "auto-submitted"


def test_a_later_mail_of_the_thread_changes_the_case(desk):
    assert desk.take(mail("ask users"), follow_up("quote jira")) == ["ask", "quote"]
    assert len(desk.store.tables.cases) == 1
    assert [entry.kind for entry in desk.outbox] == [ReplyKind.ASK, ReplyKind.QUOTE]


def test_a_changed_request_after_a_quote_is_the_next_revision(desk):
    desk.take(mail("quote jira"), follow_up("quote confluence"))
    assert [quote.revision for quote in desk.store.tables.quotes.values()] == [1, 2]
    assert len(desk.outbox) == 2


@pytest.mark.parametrize("word", ["ask", "quote", "answer"])
def test_what_changes_nothing_gets_no_second_reply_but_a_person(desk, word):
    desk.take(mail(f"{word} jira"), follow_up(f"{word} jira"), follow_up(f"{word} jira", 3))
    assert len(desk.outbox) == 1
    assert len(desk.waiting) == 1
    assert "changes nothing" in desk.waiting[0].note


def test_a_reply_to_an_expired_quote_makes_the_next_revision(desk):
    desk.take(mail("quote jira"))
    (issued,) = desk.store.tables.quotes.values()
    desk.clock.advance(days=(issued.valid_until - desk.clock.now.date()).days + 1)
    desk.take(follow_up("quote jira"))
    revisions = list(desk.store.tables.quotes.values())
    assert [(quote.revision, quote.replaces) for quote in revisions] == [(1, None), (2, f"{issued.number}/1")]
    assert revisions[1].replaced.valid_until == issued.valid_until
    assert desk.waiting == []


def test_a_reminder_during_review_is_not_acknowledged_again(desk):
    desk.take(mail("unclear amount"), follow_up("unclear amount"))
    assert [entry.kind for entry in desk.outbox] == [ReplyKind.ACKNOWLEDGEMENT]
    assert len(desk.waiting) == 1


def test_a_review_that_later_mail_resolves_is_closed(desk):
    desk.take(mail("unclear amount"), follow_up("quote jira"))
    assert desk.waiting == []


def test_machine_mail_in_a_thread_is_no_part_of_the_request(desk):
    desk.take(mail("ask users"), follow_up("ignore I am away"), follow_up("quote jira", 3))
    assert [word for word, _ in desk.understanding.decided][-2:] == ["quote jira", "ask users"]


def test_the_answer_goes_to_the_one_who_wrote_last_and_a_copy_to_who_wrote_before(desk):
    desk.take(mail("ask users"), follow_up("quote jira", sender="bo@reseller.example"))
    assert desk.outbox[1].recipients == ("bo@reseller.example", "ana.lima@reseller.example")


def test_no_copy_goes_to_who_has_had_enough_mail(desk):
    desk.process_options = ProcessOptions(domain="desk.example", budget=ReplyBudget(per_address_and_hour=1))
    desk.take(mail("ask users"), follow_up("quote jira", sender="bo@reseller.example"))
    assert desk.outbox[1].recipients == ("bo@reseller.example",)


def test_a_stranger_opens_a_case_of_their_own(desk):
    desk.take(mail("ask users"), follow_up("quote jira", sender="eve@elsewhere.example"))
    assert len(desk.store.tables.cases) == 2


def test_the_same_mail_come_by_two_ways_is_answered_once(desk):
    desk.take(mail("ask users", received="by a"), mail("ask users", received="by b"))
    assert [entry.state for entry in desk.inbox] == [InboxState.DONE, InboxState.COPY]
    assert desk.inbox[1].case_id == desk.inbox[0].case_id
    assert len(desk.outbox) == 1


def test_another_mail_under_a_known_message_id_is_shown_to_staff(desk):
    desk.take(mail("ask users"), mail("quote jira", sender="eve@elsewhere.example"))
    assert [entry.state for entry in desk.inbox] == [InboxState.DONE, InboxState.PARKED]
    assert len(desk.outbox) == 1
    assert "same Message-ID" in desk.waiting[0].note


def test_a_mail_without_message_id_is_processed(desk):
    assert desk.take(mail("ask a", message_id=None), mail("ask b", message_id=None)) == ["ask", "ask"]
    assert len(desk.store.tables.cases) == 2


def test_a_mail_without_sender_waits_for_a_person(desk):
    desk.take(mail("ask users", sender=""))
    assert desk.outbox == []
    assert "no address" in desk.waiting[0].note


def test_what_cannot_be_read_is_parked_and_the_next_mail_goes_on(desk):
    assert desk.take(mail("unreadable"), mail("ask users", message_id="<2@x.example>", sender="joe@x.example")) == [
        "parked",
        "ask",
    ]
    assert desk.inbox[0].state is InboxState.PARKED
    assert "nothing can be made" in desk.waiting[0].note


def test_a_bug_is_tried_three_times_and_then_parked_with_its_traceback(desk):
    assert desk.take(mail("crash now")) == ["again", "again", "parked"]
    assert desk.inbox[0].attempts == 3
    assert "ZeroDivisionError" in desk.waiting[0].note


def test_a_mail_that_ends_the_program_is_parked_after_three_attempts(desk):
    desk.mailbox.deliver(mail("ask users"))
    desk.receive()
    for _ in range(3):
        with desk.store.begin() as uow:
            uow.inbox.claim_next(lease_seconds=60)
            uow.commit()
        desk.clock.advance(seconds=61)
    assert desk.process() == ["parked"]
    assert desk.outbox == []


def test_a_claimed_mail_is_left_alone_until_the_claim_runs_out(desk):
    desk.mailbox.deliver(mail("ask users"))
    desk.receive()
    with desk.store.begin() as uow:
        uow.inbox.claim_next(lease_seconds=60)
        uow.commit()
    assert desk.process() == []
    desk.clock.advance(seconds=61)
    assert desk.process() == ["ask"]


def test_who_lost_the_claim_writes_nothing(desk):
    desk.mailbox.deliver(mail("ask users"))
    desk.receive()

    def another_worker() -> None:
        desk.clock.advance(seconds=desk.process_options.lease_seconds + 1)
        assert desk.process() == ["ask"]

    desk.understanding.before_decide = [another_worker]
    report = process_next(desk.store, desk.understanding, desk.renderer, desk.clock, desk.process_options)
    assert report.outcome == "again"
    assert len(desk.outbox) == 1
    assert len(desk.store.tables.cases) == 1


def test_a_case_that_changed_meanwhile_is_read_again(desk):
    desk.take(mail("ask users"))
    colleague = follow_up("answer payment", 3, sender="leo@reseller.example")

    def colleague_writes() -> None:
        desk.mailbox.deliver(colleague)
        desk.receive()
        desk.process()

    desk.understanding.before_decide = [colleague_writes]
    assert desk.take(follow_up("quote jira")) == ["again", "quote"]
    assert [entry.kind for entry in desk.outbox] == [ReplyKind.ASK, ReplyKind.ANSWER, ReplyKind.QUOTE]


def test_a_case_corrected_by_hand_stays_with_people(desk):
    desk.take(mail("ask users"))
    with desk.store.begin() as uow:
        set_by_hand = {"values": {"currency": "AUD"}}
        uow.cases.append(CaseEvent(case_id=1, at=desk.clock(), kind="Corrected", actor="kim", data=set_by_hand))
        uow.commit()
    desk.take(follow_up("quote jira"))
    assert len(desk.outbox) == 1
    assert "by hand" in desk.waiting[0].note


def test_a_database_that_is_away_is_not_the_mails_fault(desk, monkeypatch):
    desk.mailbox.deliver(mail("ask users"))
    desk.receive()

    def away() -> None:
        raise TransientError("the database is away")

    desk.understanding.before_decide = [away]
    with pytest.raises(TransientError):
        desk.process()
    desk.clock.advance(seconds=desk.process_options.lease_seconds + 1)
    assert desk.process() == ["ask"]


def many(count: int, sender: str = "r{}@reseller.example") -> list[bytes]:
    return [mail(f"ask {n}", message_id=f"<{n}@x.example>", sender=sender.format(n)) for n in range(count)]


@pytest.mark.parametrize(
    ("budget", "mails", "sent"),
    [
        (ReplyBudget(per_address_and_hour=2), many(4, "r@reseller.example"), 2),
        (ReplyBudget(per_address_and_day=3), many(5, "r@reseller.example"), 3),
        (ReplyBudget(per_domain_and_day=3), many(5), 3),
        (ReplyBudget(in_all_per_hour=4), many(6, "r@reseller{}.example"), 4),
    ],
)
def test_the_budget_stops_replies_and_a_person_sees_the_rest(desk, budget, mails, sent):
    desk.process_options = ProcessOptions(domain="desk.example", budget=budget)
    assert desk.take(*mails) == ["ask"] * len(mails)
    assert len(desk.outbox) == sent
    assert len(desk.waiting) == len(mails) - sent
    assert all("limit" in item.note for item in desk.waiting)


def test_who_requests_nothing_new_is_soon_left_to_a_person_and_an_alarm_rings(desk):
    desk.process_options = ProcessOptions(domain="desk.example", budget=ReplyBudget(without_news_per_day=2))
    for n in range(5):
        desk.take(mail(f"answer {n}", message_id=f"<{n}@r.example>"))
        desk.clock.advance(hours=2)
    assert len(desk.outbox) == 3  # the first was the first of its request
    [alarm] = desk.store.tables.alarms.values()
    assert (alarm.name, alarm.times) == ("replies to ana.lima@reseller.example", 2)
    desk.clock.advance(hours=24)
    desk.take(mail("answer 9", message_id="<9@r.example>"))
    assert len(desk.outbox) == 4


def test_the_budget_is_refilled_by_time(desk):
    desk.process_options = ProcessOptions(domain="desk.example", budget=ReplyBudget(per_address_and_hour=1))
    first, second, third = many(3, "r@reseller.example")
    desk.take(first, second)
    desk.clock.advance(hours=1, seconds=1)
    desk.take(third)
    assert len(desk.outbox) == 2


def test_an_echo_is_answered_once(desk):
    """A peer that sends everything back, without any header that gives it away."""
    desk.take(mail("ask users"))
    for number in range(20):
        newest = desk.outbox[-1].message_id
        desk.take(follow_up("ask users", number + 10, in_reply_to=newest))
    assert len(desk.outbox) == 1


@pytest.mark.parametrize("words", ["unreadable", "crash"])
def test_a_follow_up_that_is_parked_stays_in_its_case(desk, words):
    desk.take(mail("ask users"))
    desk.take(follow_up(words))
    [item] = desk.waiting
    assert [entry.case_id for entry in desk.inbox] == [item.case_id] * 2
    assert (item.inbox_id, len(desk.store.tables.cases)) == (2, 1)


def test_a_follow_up_that_is_parked_replaces_no_draft(desk, draft):
    desk.take(follow_up("unreadable"))
    [item] = desk.waiting
    assert (item.id, item.decision) == (draft.id, draft.decision)
    assert "nothing can be made of this mail" in item.note


def test_a_strangers_mail_that_is_parked_joins_no_case(desk):
    desk.take(mail("ask users"))
    desk.take(follow_up("unreadable", sender="eve@evil.example"))
    assert len({entry.case_id for entry in desk.inbox}) == 2


def test_a_parked_mail_that_staff_have_answered_counts_in_its_case(desk, bench):
    desk.take(mail("ask one"), mail("quote two", sender="bo@other.example"))  # the same Message-ID
    [item] = desk.waiting
    assert desk.inbox[1].state is InboxState.PARKED
    answer(bench, item.id, "We look into it.", actor="kim")
    assert (desk.inbox[1].state, desk.inbox[1].outcome) == (InboxState.DONE, "review")
    desk.take(
        mail(
            "quote three",
            message_id="<3@other.example>",
            sender="bo@other.example",
            in_reply_to=desk.outbox[-1].message_id,
        )
    )
    assert desk.inbox[2].case_id == desk.inbox[1].case_id
    assert [text for text, _ in desk.understanding.decided][-2:] == ["quote three", "quote two"]
