"""Cases that staff have merged into another one: what names them finds the other."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; no case was merged so far."""
    op.add_column("cases", sa.Column("merged_into", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
