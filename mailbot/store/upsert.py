"""INSERT ... ON CONFLICT, which both databases have and SQLAlchemy spells per dialect."""

import functools
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


def insert_or_skip(connection: sa.Connection, table: sa.Table) -> Insert:
    """Return an INSERT that leaves rows alone whose key is there already."""
    return _skip(connection.dialect.name, table)


def insert_or_update(connection: sa.Connection, table: sa.Table, *, key: Sequence[str]) -> Insert:
    """Return an INSERT that overwrites the other columns of a row whose `key` is there already."""
    return _update(connection.dialect.name, table, tuple(key))


def insert_for(dialect: str, table: sa.Table) -> Insert:
    """Return the dialect's INSERT."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@functools.cache
def _skip(dialect: str, table: sa.Table) -> Insert:
    return insert_for(dialect, table).on_conflict_do_nothing()


@functools.cache
def _update(dialect: str, table: sa.Table, key: tuple[str, ...]) -> Insert:
    statement = insert_for(dialect, table)
    values = {column.name: statement.excluded[column.name] for column in table.c if column.name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=values)
