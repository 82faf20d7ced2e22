"""Trouble with the database is told as TransientError, in one line and without the statement."""

import pytest
import sqlalchemy as sa

from mailbot.domain.errors import TransientError
from mailbot.store import open_store
from mailbot.store.engine import make_engine
from tests.support.fakes import FakeClock
from tests.support.postgres import Postgres
from tests.support.samples import MAILBOX


def test_a_server_that_went_away_is_transient_and_found_again(postgres: Postgres) -> None:
    with postgres.database() as url:
        store = open_store(url, FakeClock())
        with store.begin() as uow:
            uow.inbox.cursor(MAILBOX)
        postgres.control("restart", "-m", "immediate")
        with pytest.raises(TransientError) as told, store.begin() as uow:
            uow.inbox.cursor(MAILBOX)
        assert "\n" not in str(told.value)
        with store.begin() as uow:
            assert uow.inbox.cursor(MAILBOX) is None
        store.close()


def test_a_database_that_stays_locked_is_transient(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbot.store.engine.BUSY_SECONDS", 0.05)
    store = open_store(sqlite_url, FakeClock())
    with make_engine(sqlite_url).begin() as holder:
        holder.execute(sa.text("INSERT INTO counters VALUES ('x', 1)"))
        with pytest.raises(TransientError, match="locked"), store.begin() as uow:
            uow.inbox.cursor(MAILBOX)
    store.close()


def test_a_full_disk_is_transient_and_keeps_what_was_committed(sqlite_url: str) -> None:
    store = open_store(sqlite_url, FakeClock())
    with store.begin() as uow:
        uow.inbox.set_cursor(MAILBOX, 7, 1)
        uow.commit()
    with store._engine.connect() as connection:  # the limit holds for this pooled connection
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def fill_up() -> None:
        with store.begin() as uow:
            for number in range(2000):
                uow.inbox.set_cursor(MAILBOX, number, number)
                uow.cases.open_for("x" * 200, language="en", subject="y" * 400, at=FakeClock()())
            uow.commit()

    with pytest.raises(TransientError, match="full"):
        fill_up()
    with store.begin() as uow:
        assert uow.inbox.cursor(MAILBOX) == (7, 1)
    store.close()
