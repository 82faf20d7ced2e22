"""A request after its completion with the file: what the rules judge and quotes are drawn up from."""

import datetime as dt
import enum
from dataclasses import dataclass

from mailbot.domain.catalogue import plan_rank
from mailbot.domain.decision import ResolvedLine, ResolvedRequest
from mailbot.domain.file import Entitlement, SiteFile
from mailbot.domain.request import Kind, Request, RequestLine


class Treatment(enum.Enum):
    """By which row of the policy's table of prices a line goes (section 5)."""

    NEW = "new"
    RENEWED = "renewed"
    RAISED = "raised"
    COVERED = "covered"  # the tier on file is enough: nothing to buy
    LOWERED = "lowered"  # less than a running subscription has: never priced
    CO_TERMED = "co_termed"
    NEW_CO_TERMED = "new_co_termed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedLine:
    """A line with the subscription on file that it is about, if any.

    `asked` is None for a line that the file alone gave. `tier` is the price book's tier that covers the users, None
    while product, users or currency are not known or no tier is large enough. `rivals` are the SENs of running
    subscriptions among which the mail does not choose.
    """

    asked: RequestLine | None
    resolved: ResolvedLine
    held: Entitlement | None
    tier: int | None
    rivals: tuple[str, ...] = ()

    @property
    def product(self) -> str | None:
        """The product's key, if known."""
        return self.resolved.product.value if self.resolved.product else None

    @property
    def plan(self) -> str | None:
        """The plan's key, if known."""
        return self.resolved.plan.value if self.resolved.plan else None

    @property
    def users(self) -> int | None:
        """The number of users asked for, if known."""
        return self.resolved.users.value if self.resolved.users else None

    def treatment(self, kind: Kind, today: dt.date) -> Treatment | None:
        """Return how the line is priced in a request of this kind, or None while plan or tier are not known."""
        if self.plan is None or self.tier is None:
            return None
        if kind is Kind.RENEWAL and self.held is not None:
            return Treatment.RENEWED
        if self.held is None or not self.held.is_active(today):
            return Treatment.NEW_CO_TERMED if kind is Kind.CO_TERM else Treatment.NEW
        plan_step = plan_rank(self.plan) - plan_rank(self.held.plan)
        tier_step = self.tier - self.held.tier
        if kind is Kind.CO_TERM:
            return Treatment.LOWERED if min(plan_step, tier_step) < 0 else Treatment.CO_TERMED
        if plan_step == 0 and (tier_step == 0 or (tier_step < 0 and self.grows)):
            return Treatment.COVERED
        return Treatment.LOWERED if min(plan_step, tier_step) < 0 else Treatment.RAISED

    @property
    def grows(self) -> bool:
        """Whether the mail itself names a smaller number as the present one ("from 60 to 80")."""
        present = self.asked.from_users if self.asked else None
        return present is not None and self.users is not None and present.value < self.users


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A request as asked, as resolved, and the file of its site (None: no site given, or not on file).

    `named` are the subscriptions on file whose SENs the mail gives; `currencies_on_file` those of the subscriptions
    that it is about.
    """

    asked: Request
    resolved: ResolvedRequest
    lines: tuple[CompletedLine, ...]
    site: SiteFile | None
    named: tuple[Entitlement, ...]
    currencies_on_file: frozenset[str]

    @property
    def kind(self) -> Kind:
        """The kind after correction with the file."""
        return self.resolved.kind

    @property
    def is_complete(self) -> bool:
        """Whether nothing that its kind requires is missing."""
        return not self.resolved.missing
