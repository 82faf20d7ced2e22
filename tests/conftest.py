"""What every test may ask for: the shared corpus, a PostgreSQL server."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import SqliteTemplate
from tests.support.dovecot import ABSENT, DOVECOT, Dovecot, running_dovecot
from tests.support.postgres import MISSING, Postgres, find_binaries, running_postgres

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the corpus and the reference data; tests are skipped where it is absent."""
    folder = Path(os.environ.get("MAILBOT_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared folder at {folder}: set MAILBOT_SHARED")
    return folder


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """An IMAP server of the session's own, tests use a user each; skipped where Dovecot is not installed."""
    if DOVECOT is None:
        pytest.skip(ABSENT)
    with running_dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of the session's own; tests are skipped where PostgreSQL is not installed."""
    if find_binaries() is None:
        pytest.skip(MISSING)
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    """A migrated SQLite file to copy."""
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_url(sqlite_template: SqliteTemplate, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    return sqlite_template.database(tmp_path)


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """A migrated PostgreSQL database without rows, the test's own while it runs."""
    return postgres.emptied()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database of each kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))
