"""INSERT ... ON CONFLICT, which both databases have and SQLAlchemy spells per dialect.

Statements are kept, as SQLAlchemy compiles a statement that it has seen before only once.
"""

import functools

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


@functools.cache
def insert_or_skip(dialect: str, table: sa.Table) -> Insert:
    """Return an INSERT that leaves rows alone whose key is there already."""
    return _insert(dialect, table).on_conflict_do_nothing()


@functools.cache
def insert_or_skip_returning_id(dialect: str, table: sa.Table) -> sa.sql.dml.ReturningInsert[int]:
    """Return the same, giving the new row's `id`, or no row."""
    return insert_or_skip(dialect, table).returning(table.c.id)


@functools.cache
def insert_or_update(dialect: str, table: sa.Table, key: tuple[str, ...]) -> Insert:
    """Return an INSERT that overwrites the other columns of a row whose `key` is there already."""
    statement = _insert(dialect, table)
    values = {column.name: statement.excluded[column.name] for column in table.c if column.name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=values)


@functools.cache
def count_up(dialect: str, counters: sa.Table) -> sa.sql.dml.ReturningInsert[int]:
    """Return a statement that makes a counter of `name` with `value`, or adds 1 to it, and gives its value."""
    statement = _insert(dialect, counters).on_conflict_do_update(
        index_elements=["name"], set_={"value": counters.c.value + 1}
    )
    return statement.returning(counters.c.value)


def _insert(dialect: str, table: sa.Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
