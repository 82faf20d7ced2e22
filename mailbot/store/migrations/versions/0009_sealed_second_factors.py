"""Second factors lie sealed; what was offered in clear is dropped.

The key lies outside of the database, so `mailbot db upgrade` seals the confirmed factors itself, after the tables. The
revision has the start refuse a database in which that was not done.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the secrets that were offered and not yet confirmed; the page offers new ones."""
    op.execute("UPDATE sessions SET code_offer = NULL WHERE code_offer IS NOT NULL")
