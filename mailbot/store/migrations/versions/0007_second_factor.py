"""Second factors of staff, and when each session has last proved who it is."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns; nobody has a second factor so far, and sessions that hold must prove themselves anew."""
    op.add_column("users", sa.Column("code_secret", sa.Text()))
    op.add_column("users", sa.Column("code_step", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("sessions", sa.Column("pending", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("sessions", sa.Column("proved_at", UTC))
    op.add_column("sessions", sa.Column("code_offer", sa.Text()))
