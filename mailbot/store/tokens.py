"""The tokens of logins at mail servers, sealed by who asked for them."""

import datetime as dt

import sqlalchemy as sa

from mailbot.store.service_tables import tokens
from mailbot.store.upsert import insert_or_update


class SqlTokenStore:
    """Keeps `ports.TokenStore`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, login: str) -> str | None:
        """Return what was kept last, None when nothing was."""
        return self._connection.scalar(_OF_LOGIN, {"login_name": login})

    def put(self, login: str, sealed: str, at: dt.datetime) -> None:
        """Keep this in the place of what was kept before."""
        statement = insert_or_update(self._connection.dialect.name, tokens, ("login",))
        self._connection.execute(statement, {"login": login, "sealed": sealed, "at": at})


_OF_LOGIN = sa.select(tokens.c.sealed).where(tokens.c.login == sa.bindparam("login_name"))
