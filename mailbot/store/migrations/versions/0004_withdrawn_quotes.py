"""A quote that was taken back before it left was never issued; replies that nobody will send are set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SET_ASIDE = """
UPDATE outbox SET state = 'withdrawn'
WHERE state IN ('failed', 'unknown')
AND NOT EXISTS (SELECT 1 FROM review_items i WHERE i.case_id = outbox.case_id AND i.settled_at IS NULL)
"""

TAKEN_BACK = """
UPDATE quotes SET withdrawn = true
WHERE EXISTS (
    SELECT 1 FROM outbox o
    WHERE o.case_id = quotes.case_id AND o.revision = quotes.revision AND o.kind = 'quote'
    AND o.state = 'withdrawn' AND o.attempts = 0
)
"""


def upgrade() -> None:
    """Add the column; mark what was taken back so far, and what failed and was settled in another way."""
    op.add_column("quotes", sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(TAKEN_BACK)
    op.execute(SET_ASIDE)
