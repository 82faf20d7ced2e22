"""SQLite is set up so that commits last and writers wait for one another."""

import threading

import pytest
import sqlalchemy as sa

from mailbot.store import open_store
from mailbot.store.engine import READ_ONLY, make_engine
from tests.support.fakes import FakeClock
from tests.support.samples import MAILBOX


def test_a_sqlite_connection_is_durable_and_patient(sqlite_url: str) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
    with make_engine(sqlite_url).connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted


def test_a_reader_does_not_wait_for_the_writer(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    with engine.begin() as writer, engine.connect() as reader:
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
