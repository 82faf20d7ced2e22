"""The migrations make the tables of `tables.py`, and a service starts on no other schema."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from mailbot.domain.errors import SetupError
from mailbot.store import check_schema, current_revision, open_store, schema, upgrade
from mailbot.store.engine import make_engine
from mailbot.store.tables import metadata
from tests.support.fakes import FakeClock


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with request.getfixturevalue("postgres").database("template0") as url:
        yield url


def test_an_empty_database_is_upgraded_once_and_for_all(empty_url: str) -> None:
    assert current_revision(empty_url) is None
    upgrade(empty_url)
    upgrade(empty_url)
    assert current_revision(empty_url) == schema.HEAD
    check_schema(empty_url)


def test_the_migrations_make_the_tables_as_described(empty_url: str) -> None:
    upgrade(empty_url)
    with make_engine(empty_url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _described_in_tables})
        assert compare_metadata(context, metadata) == []
        inspector = sa.inspect(connection)
        partial = {
            (table.name, index["name"])
            for table in metadata.tables.values()
            for index in inspector.get_indexes(table.name)
            if index.get("dialect_options", {}).get(f"{connection.dialect.name}_where") is not None
        }
    described = {
        (table.name, index.name)
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert partial == described


def _described_in_tables(_thing: object, name: str | None, *_more: object) -> bool:
    """The full-text index is made as each database has it, and not described."""
    return name is None or not name.startswith(("case_words", "ix_case_words"))


def test_the_program_knows_every_migration_of_the_package() -> None:
    script = ScriptDirectory.from_config(schema.alembic_config())
    assert tuple(r.revision for r in reversed(list(script.walk_revisions()))) == schema.REVISIONS


def test_a_service_does_not_start_on_an_empty_database(empty_url: str) -> None:
    with pytest.raises(SetupError, match="mailbot db upgrade"):
        open_store(empty_url, FakeClock())


def test_a_service_does_not_start_on_a_schema_it_does_not_know(sqlite_url: str) -> None:
    with make_engine(sqlite_url).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'ffff'"))
    with pytest.raises(SetupError, match=r"ffff.*does not know.*mailbot db upgrade"):
        open_store(sqlite_url, FakeClock())


def test_a_service_does_not_start_on_an_older_schema(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "REVISIONS", (schema.HEAD, "9999"))
    monkeypatch.setattr(schema, "HEAD", "9999")
    with pytest.raises(SetupError, match=r"needed is 9999: run `mailbot db upgrade`"):
        open_store(sqlite_url, FakeClock())


def test_looking_at_a_database_that_is_not_there_does_not_make_it(tmp_path: Path) -> None:
    assert current_revision(f"sqlite:///{tmp_path / 'none.db'}") is None
    assert list(tmp_path.iterdir()) == []


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'half.db'}"
    wanted = command.upgrade

    def fail_after(*arguments: object) -> None:
        wanted(*arguments)
        raise RuntimeError("power cut")

    monkeypatch.setattr(command, "upgrade", fail_after)
    with pytest.raises(RuntimeError, match="power cut"):
        upgrade(url)
    with sqlite3.connect(tmp_path / "half.db") as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("mailbot.db", "no URL"),
        ("mysql://localhost/x", "not supported"),
        ("sqlite://", "needs a file"),
        ("sqlite:////no/such/folder/mailbot.db", "does not exist"),
        ("postgresql://nobody:secret@127.0.0.1:1/x", "cannot be opened"),
    ],
)
def test_a_url_that_leads_nowhere_is_told_without_its_password(url: str, word: str) -> None:
    with pytest.raises(SetupError, match=word) as told:
        open_store(url, FakeClock())
    assert "secret" not in str(told.value)
