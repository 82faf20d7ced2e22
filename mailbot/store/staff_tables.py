"""The tables of the console: staff and their sessions, the audit trail, the queue as it is listed, the switches.

The words that are searched lie in `case_words`, which each database keeps in its own way (`words`).
"""

import sqlalchemy as sa

from mailbot.store.columns import CleanText, Id, Utc
from mailbot.store.tables import metadata

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("login", CleanText, nullable=False, unique=True),
    sa.Column("name", CleanText, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("code_secret", sa.Text),  # of the second factor, sealed; none without
    sa.Column("code_step", sa.BigInteger, nullable=False, server_default="0"),  # of the newest code that was used
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("user_id", Id, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("seen_at", Utc, nullable=False),
    sa.Column("address", CleanText, nullable=False),
    sa.Column("pending", sa.Boolean, nullable=False, server_default=sa.false()),  # the code is still wanted
    sa.Column("proved_at", Utc),
    sa.Column("code_offer", sa.Text),  # a second factor that was not confirmed yet, sealed
    sa.Index(None, "user_id"),
)

login_failures = sa.Table(
    "login_failures",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("key", CleanText, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Index(None, "key", "at"),
)

saved_views = sa.Table(
    "saved_views",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("login", CleanText, nullable=False),
    sa.Column("name", CleanText, nullable=False),
    sa.Column("query", CleanText, nullable=False),
    sa.UniqueConstraint("login", "name"),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("actor", CleanText, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", CleanText, nullable=False),
    sa.Column("data", CleanText, nullable=False),  # JSON
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
)

switches = sa.Table(
    "switches",
    metadata,
    sa.Column("name", CleanText, primary_key=True),
    sa.Column("by", CleanText, nullable=False),
    sa.Column("at", Utc, nullable=False),
)

case_work = sa.Table(
    "case_work",
    metadata,
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Column("assignee", CleanText),
    sa.Column("snoozed_until", Utc),
)

case_lookers = sa.Table(
    "case_lookers",
    metadata,
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Column("login", CleanText, primary_key=True),
    sa.Column("at", Utc, nullable=False),
)

queue = sa.Table(
    "queue",
    metadata,  # a narrow row for each open review item: 20,000 of them are filtered and sorted in no time
    sa.Column("item_id", Id, sa.ForeignKey("review_items.id"), primary_key=True, autoincrement=False),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("language", CleanText, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),  # names between commas: `,unknown_site,amount_limit,`
    sa.Column("reseller", CleanText, nullable=False),
    sa.Column("customer", CleanText, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("cents", sa.BigInteger),
    sa.Index(None, "case_id"),
    sa.Index(None, "opened_at"),
)

searched = sa.Table(
    "searched",
    metadata,  # the version of each case whose words are in `case_words`
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),
)

proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("product", sa.Text, nullable=False),
    sa.Column("words", CleanText, nullable=False),
    sa.Column("case_number", sa.Text, nullable=False),
    sa.Column("by", CleanText, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.UniqueConstraint("product", "words"),
)
