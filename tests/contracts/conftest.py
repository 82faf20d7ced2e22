"""The store under contract: its in-memory twin, SQLite and PostgreSQL, each fresh and empty."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from mailbot.ports import Store
from mailbot.store import open_store
from tests.support.fakes import FakeClock, MemoryStore

FREE_MAIL = frozenset({"freemail.example"})


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands."""
    return FakeClock()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, clock: FakeClock) -> Iterator[Store]:
    """An empty store of each kind in turn."""
    if request.param == "memory":
        yield MemoryStore(clock, free_mail_domains=FREE_MAIL)
        return
    url = request.getfixturevalue(f"{request.param}_url")
    with closing(open_store(url, clock, free_mail_domains=FREE_MAIL)) as opened:
        yield opened
