"""Committed rows wake the services that listen."""

import pytest

from mailbot.domain.case import InboxState
from mailbot.domain.errors import SetupError, TransientError
from mailbot.store import open_store
from mailbot.store.wake_up import listen
from tests.support.fakes import FakeClock
from tests.support.postgres import Postgres
from tests.support.samples import MAILBOX, fetched


def test_a_listener_hears_of_new_mail_after_the_commit(postgres_url: str) -> None:
    store = open_store(postgres_url, FakeClock())
    with listen(postgres_url) as listener:
        with store.begin() as uow:
            uow.inbox.add(MAILBOX, 7, fetched(1), message_id=None, state=InboxState.NEW)
            assert listener.wait(0.05) == frozenset()
            uow.commit()
        assert listener.wait(10) == {"inbox"}
        assert listener.wait(0.05) == frozenset()
    store.close()


def test_a_lost_connection_is_told_as_transient(postgres: Postgres) -> None:
    with postgres.database() as url, listen(url) as listener:
        from psycopg import sql

        postgres.run(sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"))
        with pytest.raises(TransientError):
            listener.wait(10)


def test_sqlite_has_nothing_to_listen_to(sqlite_url: str) -> None:
    with pytest.raises(SetupError, match="PostgreSQL"), listen(sqlite_url):
        pass
