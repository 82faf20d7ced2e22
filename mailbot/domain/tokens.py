"""What a token endpoint gives for a login (RFC 6749, section 5.1)."""

import datetime as dt
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """An access token, when it was issued and for how long it is good, and what gets the next one.

    `refresh_token` is None where the client's own secret gets it (section 4.4).
    """

    access_token: str = field(repr=False)
    issued_at: dt.datetime
    lifetime: dt.timedelta
    refresh_token: str | None = field(default=None, repr=False)

    def is_fresh(self, now: dt.datetime) -> bool:
        """Whether the access token can be used without a thought: a fifth of its life is kept in reserve."""
        return self.issued_at <= now < self.issued_at + self.lifetime * 0.8
