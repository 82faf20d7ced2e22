"""The tables of the service itself: who holds what, what is wrong, where the database lives, who was erased, tokens."""

import sqlalchemy as sa

from mailbot.store.columns import CleanText, Utc
from mailbot.store.tables import metadata

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", CleanText, primary_key=True),
    sa.Column("owner", CleanText, nullable=False),
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("until", Utc, nullable=False),
)

alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("name", CleanText, primary_key=True),
    sa.Column("words", CleanText, nullable=False),
    sa.Column("since", Utc, nullable=False),
    sa.Column("last_at", Utc, nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("told_at", Utc),
)

home = sa.Table(
    "home",
    metadata,  # one row: the identity of the database that the service last ran on
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("identity", CleanText, nullable=False),
    sa.Column("since", Utc, nullable=False),
)

polls = sa.Table(
    "polls",
    metadata,
    sa.Column("account", CleanText, primary_key=True),
    sa.Column("folder", CleanText, primary_key=True),
    sa.Column("at", Utc, nullable=False),
)

erased = sa.Table(
    "erased",
    metadata,
    sa.Column("address_hash", sa.String(64), primary_key=True),
    sa.Column("at", Utc, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("login", CleanText, primary_key=True),
    sa.Column("sealed", CleanText, nullable=False),
    sa.Column("at", Utc, nullable=False),
)
