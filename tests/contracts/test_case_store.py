"""Cases are found by those who belong to them, and change only from the state that was read."""

import datetime as dt
from dataclasses import replace

import pytest

from mailbot.domain.case import Case, CaseEvent, InboxState, Moved
from mailbot.domain.decision import Action
from mailbot.domain.errors import StaleCase
from mailbot.domain.message import InboundMessage
from mailbot.ports import Store, UnitOfWork
from tests.support.samples import MAILBOX, NOW, decision, fetched, inbound, outgoing


@pytest.fixture
def case(store: Store) -> Case:
    """A case opened by Ana's first mail."""
    with store.begin() as uow:
        opened = uow.cases.open(inbound(), NOW)
        uow.commit()
    return opened


def find(store: Store, message: InboundMessage) -> Case | None:
    with store.begin() as uow:
        return uow.cases.find(message)


def test_cases_are_numbered_within_their_year(store: Store) -> None:
    new_year = dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    with store.begin() as uow:
        numbers = [uow.cases.open(inbound(), at).number for at in (NOW, NOW, new_year)]
        uow.commit()
    assert numbers == ["Q-2026-00001", "Q-2026-00002", "Q-2027-00001"]


def test_a_number_of_a_case_that_was_not_kept_is_given_again(store: Store) -> None:
    with store.begin() as uow:
        uow.cases.open(inbound(), NOW)
    with store.begin() as uow:
        assert uow.cases.open(inbound(), NOW).number == "Q-2026-00001"


def test_an_opened_case_is_read_back(store: Store, case: Case) -> None:
    with store.begin() as uow:
        assert uow.cases.get(case.id) == case
        with pytest.raises(KeyError):
            uow.cases.get(case.id + 1)
    assert (case.participants, case.version, case.revision) == (("ana.lima@reseller.example",), 1, 0)


@pytest.mark.parametrize(
    "reply",
    [
        inbound("<2@x>", in_reply_to="<first@reseller.example>"),
        inbound("<2@x>", in_reply_to=" first@reseller.example "),
        inbound("<2@x>", references=("<unknown@x>", "<first@reseller.example>")),
        inbound("<2@x>", sender="ANA.LIMA@Reseller.example", in_reply_to="<first@reseller.example>"),
        inbound("<2@x>", sender="colleague@reseller.example", in_reply_to="<first@reseller.example>"),
        inbound("<2@x>", subject="AW: Quote for Jira [Q-2026-00001]"),
        inbound("<2@x>", subject="RE: [q-2026-00001] quote"),
    ],
)
def test_a_mail_of_those_who_take_part_continues_the_case(store: Store, case: Case, reply: InboundMessage) -> None:
    assert find(store, reply) == case


@pytest.mark.parametrize(
    "stranger",
    [
        inbound("<2@x>", sender="eve@evil.example", in_reply_to="<first@reseller.example>"),
        inbound("<2@x>", sender="eve@evil.example", subject="[Q-2026-00001]"),
        inbound("<2@x>", sender="eve@sub.reseller.example", subject="[Q-2026-00001]"),
        inbound("<2@x>", sender="reseller.example", subject="[Q-2026-00001]"),
        inbound("<2@x>", sender=None, in_reply_to="<first@reseller.example>"),
        inbound("<2@x>", sender="ana.lima@reseller.example"),
        inbound("<2@x>", subject="Q-2026-00001"),
        inbound("<2@x>", subject="[Q-2026-00002]"),
    ],
)
def test_strangers_and_mails_that_mention_nothing_do_not_join(
    store: Store, case: Case, stranger: InboundMessage
) -> None:
    assert find(store, stranger) is None


def test_users_of_a_free_mail_provider_are_strangers_to_one_another(store: Store) -> None:
    with store.begin() as uow:
        case = uow.cases.open(inbound("<f@x>", sender="ana@freemail.example"), NOW)
        uow.commit()
    assert find(store, inbound("<g@x>", sender="eve@freemail.example", in_reply_to="<f@x>")) is None
    assert find(store, inbound("<g@x>", sender="ana@freemail.example", in_reply_to="<f@x>")) == case


def test_our_own_replies_thread_too(store: Store, case: Case) -> None:
    with store.begin() as uow:
        uow.outbox.put(case, outgoing(number=5), revision=1, due_at=NOW)
        uow.commit()
    assert find(store, inbound("<2@x>", in_reply_to="<reply-5@desk.example>")) == case


def test_the_mail_that_is_answered_decides_between_cases(store: Store, case: Case) -> None:
    with store.begin() as uow:
        other = uow.cases.open(inbound("<other@reseller.example>"), NOW)
        uow.commit()
    both = ("<first@reseller.example>", "<other@reseller.example>")
    assert find(store, inbound("<3@x>", references=both)) == other
    assert find(store, inbound("<3@x>", in_reply_to=both[0], references=both)) == case
    assert find(store, inbound("<3@x>", in_reply_to=both[1], subject=f"[{case.number}]")) == other


def test_a_forged_message_id_does_not_hide_the_case_of_the_one_who_writes(store: Store, case: Case) -> None:
    with store.begin() as uow:
        uow.cases.open(inbound(sender="eve@evil.example"), NOW)  # carries the Message-ID of Ana's mail
        uow.commit()
    assert find(store, inbound("<2@x>", in_reply_to="<first@reseller.example>")) == case


def test_recording_a_decision_moves_the_case_on_and_tells_its_events(store: Store, case: Case) -> None:
    message = inbound("<2@x>", sender="bo@reseller.example")
    with store.begin() as uow:
        recorded = uow.cases.record(case, decision(Action.ASK, language="de"), message, NOW)
        uow.commit()
    with store.begin() as uow:
        assert uow.cases.get(case.id) == recorded
        received, decided = uow.cases.events(case.id)
    assert (recorded.version, recorded.language, recorded.last_action) == (2, "de", Action.ASK)
    assert set(recorded.participants) == {"ana.lima@reseller.example", "bo@reseller.example"}
    assert (received.kind, received.data["message_id"]) == ("MailReceived", "<2@x>")
    assert (decided.kind, decided.data["action"], decided.actor) == ("Decided", "ask", "machine")
    assert find(store, inbound("<3@x>", in_reply_to="<2@x>")) == recorded


def test_a_decision_on_an_outdated_case_is_refused(store: Store, case: Case) -> None:
    with store.begin() as uow:
        uow.cases.record(case, decision(), inbound(), NOW)
        uow.commit()
    with store.begin() as uow, pytest.raises(StaleCase):
        uow.cases.record(case, decision(), inbound(), NOW)


def test_what_a_person_did_moves_the_case_on(store: Store, case: Case) -> None:
    noted = CaseEvent(case_id=case.id, at=NOW, kind="Noted", actor="kim")
    corrected = replace(noted, kind="Corrected", data={"site": "acme.atlassian.net"})
    with store.begin() as uow:
        amended = uow.cases.amend(case, noted, NOW)
        settled = uow.cases.amend(amended, corrected, NOW, decision(Action.QUOTE, language="fr"))
        uow.commit()
    assert (amended.version, amended.language, amended.last_action) == (2, "en", None)
    assert (settled.version, settled.language, settled.last_action) == (3, "fr", Action.QUOTE)
    with store.begin() as uow:
        assert uow.cases.get(case.id) == settled
        assert uow.cases.events(case.id) == [noted, corrected]
        with pytest.raises(StaleCase):
            uow.cases.amend(amended, noted, NOW)


def test_events_are_kept_in_their_order(store: Store, case: Case) -> None:
    noted = CaseEvent(case_id=case.id, at=NOW, kind="Noted", actor="kim", data={"text": "called \0 them", "times": [1]})
    declined = CaseEvent(case_id=case.id, at=NOW, kind="Declined", actor="kim")
    with store.begin() as uow:
        uow.cases.append(noted)
        uow.cases.append(declined)
        uow.commit()
    with store.begin() as uow:
        assert uow.cases.events(case.id) == [noted, declined]
        assert uow.cases.events(case.id + 1) == []


def test_a_case_gives_its_processed_mails_oldest_first(store: Store, case: Case) -> None:
    with store.begin() as uow:
        for uid, state in ((1, InboxState.DONE), (2, InboxState.COPY), (3, InboxState.DONE), (4, InboxState.NEW)):
            uow.inbox.add(MAILBOX, 7, fetched(uid, b"mail %d" % uid), message_id=None, state=InboxState.NEW)
            entry = uow.inbox.claim_next(lease_seconds=60)
            assert entry is not None
            uow.inbox.finish(entry, state, case_id=case.id, outcome="ask")
        uow.commit()
    with store.begin() as uow:
        assert uow.cases.messages(case) == [b"mail 1", b"mail 3"]


def test_quiet_cases_are_those_unchanged_for_a_time(store: Store, case: Case) -> None:
    day = dt.timedelta(days=1)
    with store.begin() as uow:
        other = uow.cases.open(inbound(message_id="<other@reseller.example>"), NOW + day)
        uow.cases.append(CaseEvent(case_id=case.id, at=NOW + 2 * day, kind="ReplySent", actor="machine"))
        uow.commit()
    with store.begin() as uow:
        assert uow.cases.quiet(NOW, NOW + day) == [case.id, other.id]
        assert uow.cases.quiet(NOW + day, NOW + 9 * day) == [other.id]
        assert uow.cases.quiet(NOW - 9 * day, NOW - day) == []
        uow.cases.amend(case, CaseEvent(case_id=case.id, at=NOW, kind="Noted", actor="kim"), NOW + 3 * day)
        assert uow.cases.quiet(NOW, NOW + 9 * day) == [other.id, case.id]


def test_a_case_is_found_by_its_number(store: Store, case: Case) -> None:
    with store.begin() as uow:
        assert uow.cases.numbered(case.number) == uow.cases.get(case.id)
        assert uow.cases.numbered("Q-2026-99999") is None


def another_case(uow: UnitOfWork) -> tuple[Case, int]:
    """Open the case of Bo, who has written one mail; return it and the mail's entry."""
    other = uow.cases.open(inbound("<other@x.example>", sender="bo@x.example"), NOW)
    entry = uow.inbox.add(MAILBOX, 1, fetched(1, b"other"), message_id="<other@x.example>", state=InboxState.NEW)
    assert entry is not None
    claimed = uow.inbox.claim_next(lease_seconds=60)
    assert claimed is not None
    uow.inbox.finish(claimed, InboxState.DONE, case_id=other.id, outcome="ask")
    return other, entry


def test_a_case_that_was_absorbed_is_found_no_more_but_the_one_that_has_its_mails(store: Store, case: Case) -> None:
    with store.begin() as uow:
        other, _ = another_case(uow)
        uow.cases.absorb(case, other)
        uow.commit()
    for reply in (
        inbound("<2@x.example>", sender="bo@x.example", in_reply_to="<other@x.example>"),
        inbound("<2@x.example>", sender="bo@x.example", subject=f"Re: [{other.number}]"),
        inbound("<2@x.example>", sender="ana.lima@reseller.example", subject=f"Re: [{other.number}]"),
    ):
        found = find(store, reply)
        assert found is not None
        assert found.id == case.id
    with store.begin() as uow:
        assert uow.cases.messages(case) == [b"other"]
        assert uow.cases.messages(other) == []
        assert "bo@x.example" in uow.cases.get(case.id).participants


def test_what_was_absorbed_can_be_given_back_whole(store: Store, case: Case) -> None:
    with store.begin() as uow:
        other, entry = another_case(uow)
        before = uow.cases.get(case.id), uow.cases.get(other.id)
        moved = uow.cases.absorb(case, other)
        assert moved == Moved(mails=(entry,), message_ids=("other@x.example",), newcomers=("bo@x.example",))
        uow.cases.give_back(uow.cases.get(case.id), uow.cases.get(other.id), moved)
        uow.commit()
    with store.begin() as uow:
        assert (uow.cases.get(case.id), uow.cases.get(other.id)) == before
        assert uow.cases.messages(case) == []
        assert uow.cases.messages(other) == [b"other"]
    for reply in (
        inbound("<2@x.example>", sender="bo@x.example", in_reply_to="<other@x.example>"),
        inbound("<2@x.example>", sender="bo@x.example", subject=f"Re: [{other.number}]"),
    ):
        found = find(store, reply)
        assert found is not None
        assert found.id == other.id


def test_mails_that_were_split_off_are_a_case_that_their_answers_find(store: Store, case: Case) -> None:
    with store.begin() as uow:
        for uid, name in enumerate(("first@reseller.example", "second@reseller.example"), start=1):
            added = uow.inbox.add(
                MAILBOX,
                1,
                fetched(uid, name.encode()),
                message_id=f"<{name}>",
                state=InboxState.NEW,
                sender="ana.lima@reseller.example",
            )
            assert added is not None
            claimed = uow.inbox.claim_next(lease_seconds=60)
            assert claimed is not None
            uow.inbox.finish(claimed, InboxState.DONE, case_id=case.id, outcome="ask")
        opened = uow.cases.split_off(case, [added], NOW)
        uow.commit()
    with store.begin() as uow:
        assert uow.cases.messages(case) == [b"first@reseller.example"]
        assert uow.cases.messages(opened) == [b"second@reseller.example"]
    assert (opened.number, opened.participants) == ("Q-2026-00002", ("ana.lima@reseller.example",))
    second = find(store, inbound("<3@x.example>", in_reply_to="<second@reseller.example>"))
    first = find(store, inbound("<3@x.example>", in_reply_to="<first@reseller.example>"))
    assert second is not None
    assert first is not None
    assert (first.id, second.id) == (case.id, opened.id)
