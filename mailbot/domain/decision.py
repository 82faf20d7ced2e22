"""What the desk does with a request, and why (policy section 3)."""

import datetime as dt
import enum
from dataclasses import dataclass

from mailbot.domain.co_term import CoTermOption
from mailbot.domain.evidence import Evidence, Extracted
from mailbot.domain.quote import Quote
from mailbot.domain.request import AuthorizedContact, Customer, Kind, Reason, Reseller


class Action(enum.Enum):
    """The five things that can happen to a mail."""

    QUOTE = "quote"
    ASK = "ask"
    ANSWER = "answer"
    REVIEW = "review"
    IGNORE = "ignore"


class Gravity(enum.Enum):
    """How much a finding weighs."""

    SILENT = "silent"  # review without any reply (3.2)
    AMBIGUOUS = "A"  # review with an acknowledgement, no quote (3.3)
    PERSON = "P"  # complete, but a person releases the draft (3.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A reason for review that holds, and what it rests on. `note` is for staff, in English."""

    reason: Reason
    gravity: Gravity
    path: str = ""
    evidence: tuple[Evidence, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedLine:
    """A line after completion with the file; None is unknown, contradicted or missing."""

    product: Extracted[str] | None
    plan: Extracted[str] | None
    users: Extracted[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedRequest:
    """A request after completion with the file: what `explain` prints, replies repeat and quotes rest on."""

    kind: Kind
    reseller: Reseller
    customer: Customer
    contact: AuthorizedContact
    site: Extracted[str] | None
    sens: tuple[Extracted[str], ...]
    lines: tuple[ResolvedLine, ...]
    target_end_date: Extracted[dt.date] | None
    currency: str | None
    missing: tuple[str, ...]  # paths of the contract, in the order of the policy's table
    stated_kind: Kind | None = None  # what the mail asks for, where the file makes it another kind


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredLine:
    """A product whose tier on file covers the users asked for (topic `already_covered`)."""

    product: str
    plan: str
    users: int
    tier: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome for a thread after its newest message.

    `quote` is what goes out (QUOTE) or waits as a draft (REVIEW with PERSON findings only).
    `acknowledge` is False for the reviews that get no reply (3.2) and for IGNORE.
    """

    action: Action
    language: str
    findings: tuple[Finding, ...] = ()
    topics: tuple[str, ...] = ()
    requests: tuple[ResolvedRequest, ...] = ()
    quote: Quote | None = None
    acknowledge: bool = True
    ignored_as: str | None = None  # the `automatic` value
    covered: tuple[CoveredLine, ...] = ()
    co_term_options: tuple[CoTermOption, ...] = ()  # for staff, with REVIEW

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons' names, each once, in the order found; for IGNORE the kind of machine mail."""
        if self.ignored_as is not None:
            return (self.ignored_as,)
        return tuple(dict.fromkeys(f.reason.value for f in self.findings))
