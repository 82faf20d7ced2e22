"""The tables. What is in them is told in the trade's words by `mailbot.domain`; here is how it lies on disk.

Moments are UTC. Snapshots of decisions and quotes are JSON as text (`convert`). The bytes of mails lie beside
their rows, so that a claim does not rewrite them.
"""

import sqlalchemy as sa

from mailbot.store.columns import CleanText, Id, Utc

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

NEW_MAIL = sa.text("state = 'new'")
UNFILED = sa.text("NOT filed AND state NOT IN ('old', 'vanished')")
OPEN_ITEM = sa.text("settled_at IS NULL")
UNSENT = sa.text("state IN ('ready', 'sending')")
TO_ARCHIVE = sa.text("to_archive")
"""Conditions of the partial indexes; a query says them in the same words, else SQLite does not use the index."""

mailbox_cursor = sa.Table(
    "mailbox_cursor",
    metadata,
    sa.Column("account", CleanText, primary_key=True),
    sa.Column("folder", CleanText, primary_key=True),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("uid", sa.BigInteger, nullable=False),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("language", CleanText, nullable=False),
    sa.Column("subject", CleanText, nullable=False),
    sa.Column("last_action", sa.Text),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("decision", CleanText),  # JSON of the newest
    sa.Column("merged_into", Id),  # the case that has taken over its mails
    sa.Index(None, "changed_at"),
)

case_participants = sa.Table(
    "case_participants",
    metadata,
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("address", CleanText, primary_key=True),
    sa.Column("domain", CleanText, nullable=False),
    sa.Index(None, "address"),
)

case_message_ids = sa.Table(
    "case_message_ids",
    metadata,
    sa.Column("message_id", CleanText, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Index(None, "case_id"),
)

case_events = sa.Table(
    "case_events",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", CleanText, nullable=False),
    sa.Column("data", CleanText, nullable=False),  # JSON
    sa.Index(None, "case_id", "id"),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("account", CleanText, nullable=False),
    sa.Column("folder", CleanText, nullable=False),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("uid", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("message_id", CleanText),
    sa.Column("sender", CleanText),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("received_at", Utc, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("lease_owner", CleanText),
    sa.Column("lease_until", Utc),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id")),
    sa.Column("outcome", CleanText),
    sa.Column("cause", CleanText, nullable=False),
    sa.Column("filed", sa.Boolean, nullable=False),
    sa.UniqueConstraint("account", "folder", "uidvalidity", "uid"),
    sa.Index(None, "sha256"),
    sa.Index(None, "message_id"),
    sa.Index(None, "case_id"),
    sa.Index("ix_inbox_new", "id", sqlite_where=NEW_MAIL, postgresql_where=NEW_MAIL),
    sa.Index("ix_inbox_new_sender", "sender", "id", sqlite_where=NEW_MAIL, postgresql_where=NEW_MAIL),
    sa.Index(
        "ix_inbox_unfiled", "account", "folder", "uidvalidity", "uid", sqlite_where=UNFILED, postgresql_where=UNFILED
    ),
)

inbox_bytes = sa.Table(
    "inbox_bytes",
    metadata,
    sa.Column("inbox_id", Id, sa.ForeignKey("inbox.id"), primary_key=True, autoincrement=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
)

quotes = sa.Table(
    "quotes",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("issued_at", Utc, nullable=False),
    sa.Column("superseded", sa.Boolean, nullable=False),
    sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("snapshot", CleanText, nullable=False),  # JSON
    sa.UniqueConstraint("case_id", "revision"),
    sa.UniqueConstraint("number", "revision"),
)

review_items = sa.Table(
    "review_items",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("inbox_id", Id, sa.ForeignKey("inbox.id"), nullable=False),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("decision", CleanText),  # JSON; none for mail that could not be processed and replies not sent
    sa.Column("settled_at", Utc),
    sa.Column("settled_by", CleanText),
    sa.Column("settlement", CleanText),
    sa.Column("note", CleanText, nullable=False),
    sa.Index(None, "inbox_id"),
    sa.Index(None, "case_id"),
    sa.Index("uq_review_items_open", "case_id", unique=True, sqlite_where=OPEN_ITEM, postgresql_where=OPEN_ITEM),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("message_id", CleanText, nullable=False),
    sa.Column("recipients", CleanText, nullable=False),  # JSON
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("phase", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("lease_owner", CleanText),
    sa.Column("lease_until", Utc),
    sa.Column("due_at", Utc, nullable=False),
    sa.Column("finished_at", Utc),
    sa.Column("last_error", CleanText),
    sa.Column("domain", CleanText, nullable=False, server_default=""),  # of the first recipient
    sa.Column("to_archive", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("case_id", "revision", "kind"),
    sa.Index(None, "message_id"),
    sa.Index("ix_outbox_to_archive", "id", sqlite_where=TO_ARCHIVE, postgresql_where=TO_ARCHIVE),
    sa.Index("ix_outbox_unsent", "due_at", "id", sqlite_where=UNSENT, postgresql_where=UNSENT),
)

outbox_bytes = sa.Table(
    "outbox_bytes",
    metadata,
    sa.Column("outbox_id", Id, sa.ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("subject", CleanText, nullable=False),
    sa.Column("language", CleanText, nullable=False),
    sa.Column("text", CleanText, nullable=False),
)

sent_log = sa.Table(
    "sent_log",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("address", CleanText, nullable=False),
    sa.Column("domain", CleanText, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("gist", sa.Text, nullable=False, server_default=""),  # digest of the request, empty for none
    sa.Index(None, "address", "at"),
    sa.Index(None, "domain", "at"),
    sa.Index(None, "at"),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)

record_imports = sa.Table(
    "record_imports",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("imported_at", Utc, nullable=False),
    sa.Column("version", CleanText, nullable=False),
    sa.Column("price_book", CleanText, nullable=False),  # JSON, as the three below: they are only read whole
    sa.Column("taxes", CleanText, nullable=False),
    sa.Column("desk", CleanText, nullable=False),
)

entitlements = sa.Table(
    "entitlements",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("sen", CleanText, nullable=False, unique=True),
    sa.Column("site", CleanText, nullable=False),
    sa.Column("customer", CleanText, nullable=False),
    sa.Column("product", CleanText, nullable=False),
    sa.Column("plan", CleanText, nullable=False),
    sa.Column("tier", sa.Integer, nullable=False),
    sa.Column("currency", CleanText, nullable=False),
    sa.Column("end_date", sa.Date, nullable=False),
    sa.Index(None, "site"),
)

contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("site", CleanText, nullable=False),
    sa.Column("name", CleanText, nullable=False),
    sa.Column("email", CleanText, nullable=False),
    sa.Column("email_key", CleanText, nullable=False),
    sa.Column("role", CleanText, nullable=False),
    sa.Index(None, "site"),
    sa.Index(None, "email_key"),
)
