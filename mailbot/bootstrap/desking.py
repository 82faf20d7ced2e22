"""A desk at work: its database open, with the understanding and the words that belong to it.

Service, console and command line all work on a desk that was opened here.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.replying import desk_renderer, reply_domain
from mailbot.bootstrap.signing import desk_signer
from mailbot.bootstrap.storing import open_desk_store, utc_now
from mailbot.bootstrap.understanding import following_understanding
from mailbot.domain.message import Desk
from mailbot.ports import Clock, ReplyRenderer, Teacher, Understanding
from mailbot.service.review import Workbench
from mailbot.service.staff import FourEyes
from mailbot.store import SqlStore


@dataclass(frozen=True, kw_only=True)
class OpenDesk:
    """What everybody who works on a desk shares; `teacher` takes over what staff teach.

    SetupError when a template, a font or the signing key is wrong."""

    installation: Installation
    store: SqlStore
    understanding: Understanding
    clock: Clock
    teacher: Teacher | None = None

    @cached_property
    def render(self) -> ReplyRenderer:
        """The renderer of finished replies."""
        return desk_renderer(self.installation, self._desk, signer=desk_signer(self.installation))

    @cached_property
    def render_words(self) -> ReplyRenderer:
        """The renderer for pages that show words only: quotes come without their documents, at once."""
        return desk_renderer(self.installation, self._desk, documents=False)

    @cached_property
    def domain(self) -> str:
        """The right side of our Message-IDs."""
        return reply_domain(self.installation)

    @property
    def four_eyes(self) -> FourEyes:
        """The amounts from which a quote takes two persons."""
        return {currency: Decimal(limit) for currency, limit in self.installation.settings.console.four_eyes.items()}

    def workbench(self, *, hold: dt.timedelta = dt.timedelta()) -> Workbench:
        """Return what the acts of staff need."""
        return Workbench(
            store=self.store,
            understanding=self.understanding,
            render=self.render,
            render_words=self.render_words,
            clock=self.clock,
            domain=self.domain,
            hold=hold,
        )

    @property
    def _desk(self) -> Desk:
        return self.installation.desk(Desk())  # replies come from the address of the settings, whatever was imported


Wrapper = Callable[[Understanding], Understanding]


def as_it_is(understanding: Understanding) -> Understanding:
    """Return the understanding itself (a Wrapper)."""
    return understanding


@contextmanager
def open_desk(installation: Installation, clock: Clock = utc_now, wrap: Wrapper = as_it_is) -> Iterator[OpenDesk]:
    """Open the desk for the time of the block; `wrap` may look on while it understands.

    Raises SetupError when something is to be mended first.
    """
    with (
        open_desk_store(installation, clock) as store,
        following_understanding(
            installation, lambda: installation.desk(store.imported_desk()), lambda: clock().date()
        ) as (understanding, teacher),
    ):
        yield OpenDesk(
            installation=installation, store=store, understanding=wrap(understanding), clock=clock, teacher=teacher
        )
