"""A login at a mail server by tokens: good ones at hand, the next ones asked for in time, by one worker alone."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import structlog

from mailbot.domain.errors import SetupError, TransientError
from mailbot.domain.tokens import Tokens
from mailbot.ports import Clock, Store, TokenIssuer
from mailbot.service.alone import take_turn

log = structlog.get_logger(__name__)

LOGIN_ALARM = "login "
"""How the names of alarms begin that ring for a login which a person must mend."""

TURN_SECONDS = 90.0  # longer than a token endpoint is waited for
GLANCES, GLANCE_SECONDS = 40, 0.25
JUST_NOW = dt.timedelta(seconds=60)


class Seal(Protocol):
    """Closes tokens for the store, and opens what was closed under the same first secret."""

    def close(self, tokens: Tokens) -> str:
        """Return the tokens as text that nobody else can read."""
        ...

    def open(self, sealed: str) -> Tokens | None:
        """Return the tokens; None when they were sealed under another secret."""
        ...


class BearerLogin:
    """One login of the settings. Threads take turns; workers share the tokens through the store.

    `first` is the refresh token that a person got by logging in, None for a client that needs none.
    """

    def __init__(
        self,
        name: str,
        *,
        first: str | None,
        issue: TokenIssuer,
        seal: Seal,
        open_store: Callable[[], AbstractContextManager[Store]],
        clock: Clock,
    ) -> None:
        self._name = name
        self._first = first
        self._issue = issue
        self._seal = seal
        self._open_store = open_store
        self._clock = clock
        self._turn = threading.Lock()
        self._tokens: Tokens | None = None
        self._refused: str | None = None

    def token(self) -> str:
        """Return an access token that is good for a while.

        Raises SetupError, and an alarm rings, when a person must log in anew or mend the settings; TransientError
        when the endpoint is away, or another worker is asking just now.
        """
        with self._turn:
            if self._tokens is None or not self._is_usable(self._tokens):
                self._tokens = self._next()
            return self._tokens.access_token

    def refused(self, token: str) -> bool:
        """A server did not take the token: it is not used again. Return whether the next one may fare better."""
        with self._turn:
            tokens, self._tokens, self._refused = self._tokens, None, token
        return tokens is None or tokens.access_token != token or self._clock() - tokens.issued_at > JUST_NOW

    def _is_usable(self, tokens: Tokens) -> bool:
        return tokens.is_fresh(self._clock()) and tokens.access_token != self._refused

    def _next(self) -> Tokens:
        with self._open_store() as store:
            kept = self._kept(store)
            if kept is not None and self._is_usable(kept):
                return kept
            turn = take_turn(store, f"{LOGIN_ALARM}{self._name}", seconds=TURN_SECONDS)
            if turn is None:
                return self._from_another(store)
            try:
                kept = self._kept(store)  # of a worker that has finished since
                return kept if kept is not None and self._is_usable(kept) else self._ask(store, kept)
            finally:
                turn.end()

    def _from_another(self, store: Store) -> Tokens:
        """Return the tokens that another worker is asking for just now."""
        for _ in range(GLANCES):
            time.sleep(GLANCE_SECONDS)
            kept = self._kept(store)
            if kept is not None and self._is_usable(kept):
                return kept
        raise TransientError(f"login {self._name}: another worker is asking for a token, and has none yet")

    def _kept(self, store: Store) -> Tokens | None:
        with store.begin() as uow:
            sealed = uow.tokens.get(self._name)
        return None if sealed is None else self._seal.open(sealed)

    def _ask(self, store: Store, kept: Tokens | None) -> Tokens:
        """Return new tokens. They are kept before they are used: a refresh token may be good for one time only."""
        refresh_token = kept.refresh_token if kept is not None and kept.refresh_token else self._first
        try:
            tokens = self._issue(refresh_token, self._clock())
        except SetupError as error:
            with store.begin() as uow:
                uow.alarms.ring(f"{LOGIN_ALARM}{self._name}", str(error), self._clock())
                uow.commit()
            raise
        with store.begin() as uow:
            uow.tokens.put(self._name, self._seal.close(tokens), self._clock())
            uow.alarms.silence(f"{LOGIN_ALARM}{self._name}")
            uow.commit()
        log.info("token_issued", login=self._name, seconds=int(tokens.lifetime.total_seconds()))
        return tokens
