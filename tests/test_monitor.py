"""What machines are told: that the service lives, whether it does its work, and its figures."""

import json
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from mailbot.domain.case import MailboxKey
from mailbot.domain.errors import TransientError
from mailbot.monitor import Monitor, serving
from mailbot.service.switches import HALT
from mailbot.service.upkeep import UpkeepOptions
from tests.support.fakes import FakeClock, MemoryStore
from tests.support.samples import MAILBOX, NOW


class AwayStore:
    @contextmanager
    def begin(self):
        raise TransientError("database: connection refused")
        yield


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def store(clock):
    return MemoryStore(clock)


def ask(store, clock, path, *, mailboxes=(), has_room=lambda: True):
    options = UpkeepOptions(mailboxes=mailboxes, since=NOW)
    with serving(Monitor(store, clock, options, has_room), "127.0.0.1", 0) as port:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def test_a_service_that_lives_says_so(store, clock):
    assert ask(store, clock, "/health") == (200, "ok\n")
    assert ask(AwayStore(), clock, "/health")[0] == 200
    assert ask(store, clock, "/else")[0] == 404


def test_it_is_ready_until_something_is_wrong(store, clock):
    assert ask(store, clock, "/ready", mailboxes=[MAILBOX])[0] == 200
    clock.advance(minutes=6)
    status, told = ask(store, clock, "/ready", mailboxes=[MAILBOX], has_room=lambda: False)
    assert status == 503
    assert json.loads(told)["troubles"] == ["mailbox quotes/INBOX is not read", "the disk is nearly full"]


def test_a_halted_desk_is_not_ready(store, clock):
    with store.begin() as uow:
        uow.switches.turn(HALT, on=True, by="machine", at=NOW)
        uow.commit()
    assert ask(store, clock, "/ready")[0] == 503


def test_the_figures_are_those_of_the_store(store, clock):
    with store.begin() as uow:
        uow.alarms.note_poll(MailboxKey(account="quotes", folder="INBOX"), NOW)
        uow.alarms.ring("replies to ana@reseller.example", "limit", NOW)
        uow.commit()
    clock.advance(seconds=7)
    status, figures = ask(store, clock, "/metrics")
    assert status == 200
    assert 'mailbot_last_poll_age_seconds{mailbox="quotes/INBOX"} 7.0' in figures
    assert "mailbot_budget_trips 1.0" in figures
    assert 'mailbot_outbox_replies{state="unknown"} 0.0' in figures
    assert "ana@" not in figures


def test_a_database_that_is_away_is_told(clock):
    assert "mailbot_database_up 0.0" in ask(AwayStore(), clock, "/metrics")[1]
    assert "connection refused" in ask(AwayStore(), clock, "/ready")[1]
