"""Names of products that staff propose to teach."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from mailbot.domain.teaching import Proposal, ProposalState
from mailbot.store.columns import AnyRow
from mailbot.store.staff_tables import proposals
from mailbot.store.upsert import insert_or_skip


class SqlProposalStore:
    """Keeps `ports.ProposalStore`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def propose(self, product: str, words: str, case_number: str, by: str, at: dt.datetime) -> None:
        """Keep a proposal; one that was made before stays as it is."""
        row = {"product": product, "words": words, "case_number": case_number, "by": by, "at": at}
        statement = insert_or_skip(self._connection.dialect.name, proposals)
        self._connection.execute(statement, {**row, "state": ProposalState.OPEN.value})

    def list(self) -> Sequence[Proposal]:
        """Return all proposals, the newest first."""
        return [_proposal(row) for row in self._connection.execute(_NEWEST_FIRST)]

    def get(self, proposal_id: int) -> Proposal:
        """Return a proposal; KeyError when there is none."""
        row = self._connection.execute(_NEWEST_FIRST.where(proposals.c.id == proposal_id)).first()
        if row is None:
            raise KeyError(proposal_id)
        return _proposal(row)

    def settle(self, proposal_id: int, state: ProposalState) -> bool:
        """Accept or refuse an open proposal; False when it is not open any more."""
        is_open = sa.and_(proposals.c.id == proposal_id, proposals.c.state == ProposalState.OPEN.value)
        return self._connection.execute(sa.update(proposals).where(is_open).values(state=state.value)).rowcount == 1


def _proposal(row: AnyRow) -> Proposal:  # the row's columns are those of `proposals`
    return Proposal(**{**row._asdict(), "state": ProposalState(row.state)})


_NEWEST_FIRST = sa.select(proposals).order_by(proposals.c.id.desc())
