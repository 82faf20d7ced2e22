"""What many workers and a watched service need: leases, alarms, the database's home, what is to be archived."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)
TO_ARCHIVE = sa.text("to_archive")


def upgrade() -> None:
    """Make the tables and columns; replies of before are not archived."""
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("until", UTC, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "alarms",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("since", UTC, nullable=False),
        sa.Column("last_at", UTC, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("told_at", UTC),
        sa.PrimaryKeyConstraint("name", name="pk_alarms"),
    )
    op.create_table(
        "home",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("since", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_home"),
    )
    op.create_table(
        "polls",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("account", "folder", name="pk_polls"),
    )
    op.create_table(
        "erased",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name="pk_erased"),
    )
    op.add_column("outbox", sa.Column("domain", sa.Text(), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("to_archive", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    op.create_index("ix_outbox_to_archive", "outbox", ["id"], sqlite_where=TO_ARCHIVE, postgresql_where=TO_ARCHIVE)
    op.add_column("sent_log", sa.Column("gist", sa.Text(), nullable=False, server_default=""))
