"""Who works on which case, when it comes back, who looks at it; and the switches that staff have turned on."""

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from mailbot.domain.staff import Assignment, Switch
from mailbot.store.staff_tables import case_lookers, case_work, switches
from mailbot.store.upsert import insert_or_skip, insert_or_update


class SqlWorklistStore:
    """Keeps `ports.WorklistStore`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def assign(self, case_id: int, login: str | None) -> None:
        """Make the case somebody's, or nobody's."""
        self._change(case_id, {"assignee": login})

    def snooze(self, case_id: int, until: dt.datetime | None) -> None:
        """Put the case aside until then, or take it back."""
        self._change(case_id, {"snoozed_until": until})

    def of_case(self, case_id: int) -> Assignment:
        """Return whose the case is."""
        row = self._connection.execute(sa.select(case_work).where(case_work.c.case_id == case_id)).first()
        return Assignment() if row is None else Assignment(assignee=row.assignee, snoozed_until=row.snoozed_until)

    def look(self, case_id: int, login: str, at: dt.datetime) -> None:
        """Remember that somebody has the case open."""
        statement = insert_or_update(self._connection.dialect.name, case_lookers, ("case_id", "login"))
        self._connection.execute(statement, {"case_id": case_id, "login": login, "at": at})

    def lookers(self, case_id: int, since: dt.datetime) -> Sequence[str]:
        """Return who has had the case open since then, by login."""
        statement = (
            sa.select(case_lookers.c.login)
            .where(case_lookers.c.case_id == case_id, case_lookers.c.at >= since)
            .order_by(case_lookers.c.login)
        )
        return list(self._connection.scalars(statement))

    def _change(self, case_id: int, values: Mapping[str, object]) -> None:
        self._connection.execute(insert_or_skip(self._connection.dialect.name, case_work), {"case_id": case_id})
        self._connection.execute(sa.update(case_work).where(case_work.c.case_id == case_id).values(**values))


class SqlSwitchStore:
    """Keeps `ports.SwitchStore`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def on(self) -> Mapping[str, Switch]:
        """Return the switches that are on, by name."""
        rows = self._connection.execute(sa.select(switches).order_by(switches.c.name))
        return {row.name: Switch(name=row.name, by=row.by, at=row.at) for row in rows}

    def turn(self, name: str, *, on: bool, by: str, at: dt.datetime) -> None:
        """Turn a switch on or off; done already is no error."""
        if on:
            row = {"name": name, "by": by, "at": at}
            self._connection.execute(insert_or_skip(self._connection.dialect.name, switches), row)
        else:
            self._connection.execute(sa.delete(switches).where(switches.c.name == name))
