"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

NOTIFY = """
CREATE FUNCTION mailbot_notify() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('mailbot', TG_TABLE_NAME); RETURN NULL; END $$
"""


def upgrade() -> None:
    """Make the tables; on PostgreSQL an insert into `inbox` or `outbox` wakes the services."""
    op.create_table(
        "cases",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("last_action", sa.Text()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
    )
    op.create_index("ix_cases_changed_at", "cases", ["changed_at"])

    op.create_table(
        "contacts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_email_key", "contacts", ["email_key"])
    op.create_index("ix_contacts_site", "contacts", ["site"])

    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "entitlements",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("sen", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entitlements"),
        sa.UniqueConstraint("sen", name="uq_entitlements_sen"),
    )
    op.create_index("ix_entitlements_site", "entitlements", ["site"])

    op.create_table(
        "mailbox_cursor",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "folder", name="pk_mailbox_cursor"),
    )
    op.create_table(
        "record_imports",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("price_book", sa.Text(), nullable=False),
        sa.Column("taxes", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_imports"),
    )
    op.create_table(
        "sent_log",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sent_log"),
    )
    op.create_index("ix_sent_log_address_at", "sent_log", ["address", "at"])
    op.create_index("ix_sent_log_domain_at", "sent_log", ["domain", "at"])
    op.create_index("ix_sent_log_at", "sent_log", ["at"])

    op.create_table(
        "case_events",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_events_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_events"),
    )
    op.create_index("ix_case_events_case_id_id", "case_events", ["case_id", "id"])

    op.create_table(
        "case_message_ids",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_message_ids_case_id"),
        sa.PrimaryKeyConstraint("message_id", "case_id", name="pk_case_message_ids"),
    )
    op.create_index("ix_case_message_ids_case_id", "case_message_ids", ["case_id"])

    op.create_table(
        "case_participants",
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_participants_case_id"),
        sa.PrimaryKeyConstraint("case_id", "address", name="pk_case_participants"),
    )
    op.create_index("ix_case_participants_address", "case_participants", ["address"])

    op.create_table(
        "inbox",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("sender", sa.Text()),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("case_id", ROW_ID),
        sa.Column("outcome", sa.Text()),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("filed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_inbox_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("account", "folder", "uidvalidity", "uid", name="uq_inbox_account_folder_uidvalidity_uid"),
    )
    op.create_index("ix_inbox_case_id", "inbox", ["case_id"])
    op.create_index("ix_inbox_message_id", "inbox", ["message_id"])
    partial_index("ix_inbox_new", "inbox", ["id"], "state = 'new'")
    partial_index("ix_inbox_new_sender", "inbox", ["sender", "id"], "state = 'new'")
    op.create_index("ix_inbox_sha256", "inbox", ["sha256"])
    partial_index(
        "ix_inbox_unfiled",
        "inbox",
        ["account", "folder", "uidvalidity", "uid"],
        "NOT filed AND state NOT IN ('old', 'vanished')",
    )

    op.create_table(
        "outbox",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.Text()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_outbox_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("case_id", "revision", "kind", name="uq_outbox_case_id_revision_kind"),
    )
    partial_index("ix_outbox_unsent", "outbox", ["due_at", "id"], "state IN ('ready', 'sending')")

    op.create_table(
        "quotes",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_quotes_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_quotes"),
        sa.UniqueConstraint("case_id", "revision", name="uq_quotes_case_id_revision"),
        sa.UniqueConstraint("number", "revision", name="uq_quotes_number_revision"),
    )
    op.create_table(
        "inbox_bytes",
        sa.Column("inbox_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_inbox_bytes_inbox_id"),
        sa.PrimaryKeyConstraint("inbox_id", name="pk_inbox_bytes"),
    )
    op.create_table(
        "outbox_bytes",
        sa.Column("outbox_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_outbox_bytes_outbox_id"),
        sa.PrimaryKeyConstraint("outbox_id", name="pk_outbox_bytes"),
    )
    op.create_table(
        "review_items",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("inbox_id", ROW_ID, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text()),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_by", sa.Text()),
        sa.Column("settlement", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_review_items_case_id"),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_review_items_inbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_items"),
    )
    op.create_index("ix_review_items_case_id", "review_items", ["case_id"])
    op.create_index("ix_review_items_inbox_id", "review_items", ["inbox_id"])
    partial_index("uq_review_items_open", "review_items", ["case_id"], "settled_at IS NULL", unique=True)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(NOTIFY)
        for table in ("inbox", "outbox"):
            op.execute(
                f"CREATE TRIGGER {table}_notify AFTER INSERT ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION mailbot_notify()"
            )


def partial_index(name: str, table: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    """Make an index of the rows for which the condition holds."""
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
