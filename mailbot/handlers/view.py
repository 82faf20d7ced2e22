"""All that a policy rule may look at, and what it says."""

import datetime as dt
from dataclasses import dataclass

from mailbot.domain.evidence import Evidence
from mailbot.domain.file import Records
from mailbot.domain.message import InboundMessage
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.quote import Quote
from mailbot.domain.request import Inquiry
from mailbot.handlers.completed import Completed


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A thread's inquiry after completion.

    `requests` are those that a quote is wanted for. `draft` is their quote, None while it cannot be computed.
    """

    inquiry: Inquiry
    newest: InboundMessage
    requests: tuple[Completed, ...]
    records: Records
    pack: PolicyPack
    today: dt.date
    draft: Quote | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A rule's situation holds: for which field, read where, and a word for staff."""

    note: str
    path: str = ""
    evidence: tuple[Evidence, ...] = ()
