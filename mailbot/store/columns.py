"""Column types and expressions that mean the same on SQLite and PostgreSQL."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from mailbot.store.text import clean

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A row's number; SQLite numbers rows by itself only in a column of type INTEGER."""


AnyRow = sa.Row[*tuple[Any, ...]]  # Any: SQLAlchemy knows the types of a row's columns only in part
"""A row of a statement; its columns are read by name."""


class Utc(sa.TypeDecorator[dt.datetime]):
    """An aware moment, in UTC whatever zone it was given in."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Return the moment as the driver takes it; ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Return the moment aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class CleanText(sa.TypeDecorator[str]):
    """Text of any length and origin, cleaned on its way in."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Return the text as every database takes it."""
        return None if value is None else clean(value)


class database_time(sa.sql.expression.FunctionElement[dt.datetime]):
    """The database's time now, plus so many seconds: leases of several machines follow one clock."""

    type = Utc()
    inherit_cache = True
    name = "database_time"


@compiles(database_time, "sqlite")
def _sqlite_time(element: database_time, compiler: SQLCompiler, **options: Any) -> str:  # Any: SQLAlchemy's hook
    seconds = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', {seconds} || ' seconds')"


@compiles(database_time, "postgresql")
def _postgresql_time(element: database_time, compiler: SQLCompiler, **options: Any) -> str:  # Any: SQLAlchemy's hook
    seconds = compiler.process(element.clauses, **options)
    return f"clock_timestamp() + make_interval(secs => {seconds})"
