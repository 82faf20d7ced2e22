"""Leases change hands only when they have run out, alarms ring until they are silenced, a copy knows that it is one."""

import shutil
from contextlib import closing

import pytest

from mailbot.domain.errors import LeaseLost
from mailbot.domain.watch import Lease
from mailbot.ports import Store
from mailbot.store import open_store
from tests.support.fakes import FakeClock
from tests.support.samples import NOW


def take(store: Store, seconds: float = 60) -> Lease | None:
    with store.begin() as uow:
        lease = uow.leases.take("mailbox", seconds=seconds)
        uow.commit()
    return lease


def test_a_lease_is_held_by_one(store: Store) -> None:
    held = take(store)
    assert held is not None
    assert take(store) is None
    with store.begin() as uow:
        assert uow.leases.take("another", seconds=60) is not None


def test_a_lease_that_ran_out_changes_hands_and_its_first_holder_is_refused(store: Store) -> None:
    first, second = take(store, seconds=0), take(store)
    assert first is not None
    assert second is not None
    assert second.fence > first.fence
    with store.begin() as uow:
        uow.leases.hold(second, seconds=60)
        with pytest.raises(LeaseLost):
            uow.leases.hold(first, seconds=60)


def test_a_holder_that_nobody_replaced_goes_on(store: Store) -> None:
    held = take(store, seconds=0)
    assert held is not None
    with store.begin() as uow:
        uow.leases.hold(held, seconds=60)
        uow.commit()
    assert take(store) is None


def test_a_lease_given_back_is_free_at_once(store: Store) -> None:
    held = take(store)
    assert held is not None
    with store.begin() as uow:
        uow.leases.give_back(held)
        uow.commit()
    assert take(store) is not None


def test_an_alarm_rings_until_it_is_silenced(store: Store, clock: FakeClock) -> None:
    with store.begin() as uow:
        uow.alarms.ring("queue", "7 mails wait", NOW)
        clock.advance(minutes=5)
        uow.alarms.ring("queue", "9 mails wait", clock())
        [alarm] = uow.alarms.ringing()
        assert (alarm.words, alarm.since, alarm.last_at, alarm.times) == ("9 mails wait", NOW, clock(), 2)
        uow.alarms.mark_told(["queue"], clock())
        assert uow.alarms.ringing()[0].told_at == clock()
        assert uow.alarms.silence("queue")
        assert not uow.alarms.silence("queue")
        assert uow.alarms.ringing() == []


def test_a_database_remembers_its_home(store: Store) -> None:
    with store.begin() as uow:
        assert uow.home.identity() is None
        uow.home.settle(NOW)
        uow.home.settle(NOW)
        assert uow.home.identity() == uow.home.actual()


def test_a_copy_of_a_file_is_not_at_home(sqlite_url: str, clock: FakeClock) -> None:
    file = sqlite_url.removeprefix("sqlite:///")
    with closing(open_store(sqlite_url, clock)) as store, store.begin() as uow:
        uow.home.settle(NOW)
        uow.commit()
    shutil.copy(file, file + ".copy")
    with closing(open_store(sqlite_url + ".copy", clock)) as copy, copy.begin() as uow:
        assert uow.home.identity() != uow.home.actual()


def test_of_a_login_the_newest_tokens_are_kept(store: Store) -> None:
    with store.begin() as uow:
        assert uow.tokens.get("desk") is None
        uow.tokens.put("desk", "older", NOW)
        uow.tokens.put("desk", "newer", NOW)
        uow.tokens.put("other", "another", NOW)
        uow.commit()
    with store.begin() as uow:
        assert (uow.tokens.get("desk"), uow.tokens.get("other")) == ("newer", "another")
