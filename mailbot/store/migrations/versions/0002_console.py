"""The tables of the console."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True)

REFUSE = """
CREATE FUNCTION mailbot_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit trail is only added to'; END $$
"""

QUEUE_OF_BEFORE = """
INSERT INTO queue (item_id, case_id, opened_at, language, kind, reasons, reseller, customer, currency)
SELECT i.id, i.case_id, i.opened_at, c.language, '', '', coalesce(m.sender, ''), '', ''
FROM review_items i JOIN cases c ON c.id = i.case_id JOIN inbox m ON m.id = i.inbox_id WHERE i.settled_at IS NULL
"""


def upgrade() -> None:
    """Make the tables; items that are open already are listed without reasons and amounts."""
    op.create_table(
        "users",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("created_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("login", name="uq_users_login"),
    )
    op.create_table(
        "sessions",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", ROW_ID, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("seen_at", UTC, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id"),
        sa.PrimaryKeyConstraint("key", name="pk_sessions"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "login_failures",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_failures"),
    )
    op.create_index("ix_login_failures_key_at", "login_failures", ["key", "at"])
    op.create_table(
        "saved_views",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("login", "name", name="uq_saved_views_login_name"),
    )
    op.create_table(
        "audit",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "switches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_switches"),
    )
    op.create_table(
        "case_work",
        sa.Column("case_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("assignee", sa.Text()),
        sa.Column("snoozed_until", UTC),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_work_case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_work"),
    )
    op.create_table(
        "case_lookers",
        sa.Column("case_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_lookers_case_id"),
        sa.PrimaryKeyConstraint("case_id", "login", name="pk_case_lookers"),
    )
    op.create_table(
        "queue",
        sa.Column("item_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("reseller", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger()),
        sa.ForeignKeyConstraint(["item_id"], ["review_items.id"], name="fk_queue_item_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_queue_case_id"),
        sa.PrimaryKeyConstraint("item_id", name="pk_queue"),
    )
    op.create_index("ix_queue_case_id", "queue", ["case_id"])
    op.create_index("ix_queue_opened_at", "queue", ["opened_at"])
    op.execute(QUEUE_OF_BEFORE)
    op.create_table(
        "searched",
        sa.Column("case_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_searched_case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_searched"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE case_words (case_id bigint PRIMARY KEY, words tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_case_words_words ON case_words USING gin (words)")
        op.execute(REFUSE)
        op.execute(
            "CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON audit "
            "FOR EACH ROW EXECUTE FUNCTION mailbot_refuse()"
        )
    else:
        op.execute("CREATE VIRTUAL TABLE case_words USING fts5(words)")
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuse_{act.lower()} BEFORE {act} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END"
            )
