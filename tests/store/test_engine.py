"""SQLite is set up so that commits last and writers wait for one another."""

import threading
import time

import pytest
import sqlalchemy as sa

from mailbot.domain.errors import TransientError
from mailbot.store import engine, open_store
from mailbot.store.engine import READ_ONLY, make_engine
from tests.support.fakes import FakeClock
from tests.support.samples import MAILBOX


def test_a_sqlite_connection_is_durable_and_patient(sqlite_url: str) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
    with make_engine(sqlite_url).connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted


def test_a_worker_that_sleeps_in_a_transaction_holds_no_rows_back(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ASLEEP_SECONDS", 0.2)
    store = open_store(postgres_url, FakeClock())

    def sleep_in_a_transaction() -> None:
        with store.begin() as uow:
            assert uow.leases.take("mailbox", seconds=60) is not None
            time.sleep(0.5)
            with open_store(postgres_url, FakeClock()).begin() as another:
                assert another.leases.take("mailbox", seconds=60) is not None
            uow.commit()

    with pytest.raises(TransientError, match="idle-in-transaction"):
        sleep_in_a_transaction()
    store.close()


def test_a_reader_does_not_wait_for_the_writer(sqlite_url: str) -> None:
    both = make_engine(sqlite_url)
    with both.begin() as writer, both.connect() as reader:
        writer.execute(sa.text("INSERT INTO counters VALUES ('x', 1)"))
        reader.execution_options(**READ_ONLY)
        assert reader.scalar(sa.text("SELECT count(*) FROM counters")) == 0


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_eight_writers_wait_for_one_another_and_none_fails(kind: str, request: pytest.FixtureRequest) -> None:
    store = open_store(request.getfixturevalue(f"{kind}_url"), FakeClock())
    with store.begin() as uow:
        uow.inbox.set_cursor(MAILBOX, 7, 0)
        uow.commit()
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for uid in range(20):
                with store.begin() as uow:
                    uow.inbox.cursor(MAILBOX)  # a read first: on SQLite a lock taken only now would fail
                    uow.inbox.set_cursor(MAILBOX, 7, uid)
                    uow.commit()
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    store.close()
    assert failures == []
