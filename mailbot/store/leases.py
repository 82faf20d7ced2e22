"""Leases on the database's clock: who alone may do a thing, and the fence that refuses who overslept."""

import sqlalchemy as sa

from mailbot.domain.errors import LeaseLost
from mailbot.domain.watch import Lease
from mailbot.store.columns import database_time
from mailbot.store.service_tables import leases
from mailbot.store.upsert import insert_or_skip


class SqlLeaseStore:
    """Keeps `ports.LeaseStore`. `owner` tells the processes apart, and is for people who look."""

    def __init__(self, connection: sa.Connection, owner: str) -> None:
        self._connection = connection
        self._owner = owner

    def take(self, name: str, *, seconds: float) -> Lease | None:
        """Take a lease that nobody holds for so long; None while somebody does."""
        values = {"lease_name": name, "new_owner": self._owner, "lease_seconds": seconds}
        fence = self._connection.scalar(_TAKE, values)
        if fence is None and not self._connection.scalar(_IS_THERE, {"lease_name": name}):
            statement = insert_or_skip(self._connection.dialect.name, leases).values(
                name=name, owner=self._owner, fence=1, until=database_time(sa.literal(seconds))
            )
            fence = self._connection.scalar(statement.returning(leases.c.fence))
        return None if fence is None else Lease(name=name, fence=int(fence))

    def hold(self, lease: Lease, *, seconds: float) -> None:
        """Hold the lease for so long from now; LeaseLost when another one has taken it since."""
        values = {"lease_name": lease.name, "held_fence": lease.fence, "lease_seconds": seconds}
        if self._connection.execute(_HOLD, values).rowcount == 0:
            raise LeaseLost(f"the lease of {lease.name} was taken by another worker")

    def give_back(self, lease: Lease) -> None:
        """Let go of the lease at once; lost already is no error."""
        self._connection.execute(_HOLD, {"lease_name": lease.name, "held_fence": lease.fence, "lease_seconds": 0.0})


_until = database_time(sa.bindparam("lease_seconds", type_=sa.Float))
_named = leases.c.name == sa.bindparam("lease_name")

_TAKE = (
    sa.update(leases)
    .where(_named, leases.c.until <= database_time(sa.literal(0)))
    .values(owner=sa.bindparam("new_owner"), fence=leases.c.fence + 1, until=_until)
    .returning(leases.c.fence)
)
_IS_THERE = sa.select(sa.literal(1)).where(_named)
_HOLD = sa.update(leases).where(_named, leases.c.fence == sa.bindparam("held_fence")).values(until=_until)
