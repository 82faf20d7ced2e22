"""The only place where concrete adapters meet the core and the service.

Imports stand inside the functions: a command pays only for the parts that it uses.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailbot.domain.decision import Decision
from mailbot.domain.message import Desk, InboundMessage
from mailbot.domain.outgoing import OutgoingMessage
from mailbot.domain.policy_pack import PolicyPack
from mailbot.ports import RecordsFor
from mailbot.resources import Resources, resources

if TYPE_CHECKING:
    from mailbot.parsers.lexicon import Knowledge
    from mailbot.settings import Settings

SETTINGS = "config/mailbot.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskUnderstanding:
    """Reading and deciding with the desk's lexicons, policy and calendar (ports.Understanding)."""

    desk: Desk
    knowledge: "Knowledge"
    pack: PolicyPack
    today: Callable[[], dt.date]

    def read(self, raw: bytes) -> InboundMessage:
        """Return the message as read."""
        from mailbot.parsers.attachments import read_attachment
        from mailbot.parsers.mime import read_message

        return read_message(raw, self.desk, self.knowledge, read_attachment)

    def decide(self, thread: Sequence[InboundMessage], records_for: RecordsFor) -> Decision:
        """Return what to do after the last message of the thread (oldest first)."""
        from mailbot.handlers import decide
        from mailbot.parsers.understand import understand

        inquiry, newest = understand(thread, self.knowledge), thread[-1]
        named = inquiry.requests
        records = records_for(
            [request.site.value for request in named if request.site],
            [sen.value for request in named for sen in request.sens],
            [
                address.value
                for request in named
                for address in (request.contact.email, request.reseller.email)
                if address
            ]
            + ([newest.sender.email] if newest.sender else []),
        )
        return decide(inquiry, newest, records, self.pack, self.today())


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A thread, what was decided after its newest message, and the reply that would go out, if any."""

    messages: tuple[InboundMessage, ...]
    decision: Decision
    reply: OutgoingMessage | None


def data_files(folder: Path) -> Resources:
    """Return the shipped data files, under those of `folder` if it is an operator's (has config/mailbot.toml)."""
    return resources(folder.resolve() if (folder / SETTINGS).is_file() else None)


def settings_of(folder: Path) -> "Settings":
    """Return the settings of the operator's folder, or the shipped ones when it has none."""
    import os

    from mailbot.settings import load_settings

    return load_settings(data_files(folder).find(SETTINGS), os.environ, folder)


def policy_pack(files: Resources, settings: "Settings") -> PolicyPack:
    """Return the policy pack in force."""
    from mailbot.settings import load_policy_pack

    return load_policy_pack(files.find(f"config/policy/{settings.policy.pack}.toml"))


def message_reader(folder: Path) -> Callable[[bytes], InboundMessage]:
    """Return a function from raw bytes to the message as read by a desk that trusts nobody."""
    settings = settings_of(folder)
    return _understanding(folder, settings, Desk(), lambda: dt.date.min).read


def explainer(folder: Path, data: Path, today: dt.date) -> Callable[[Sequence[bytes]], Explained]:
    """Return a function from the raw messages of a thread, oldest first, to what the desk would do with it that day.

    Raises InputError for a bad data file and SetupError for a bad installation, before the first thread is read.
    """
    from mailbot.store.datafiles import load_data

    records, desk = load_data(data)
    settings = settings_of(folder)
    understanding = _understanding(folder, settings, desk, lambda: today)

    def explain(thread: Sequence[bytes]) -> Explained:
        messages = tuple(understanding.read(raw) for raw in thread)
        decision = understanding.decide(messages, lambda *_: records)
        return Explained(messages=messages, decision=decision, reply=None)

    return explain


def _understanding(folder: Path, settings: "Settings", desk: Desk, today: Callable[[], dt.date]) -> DeskUnderstanding:
    from mailbot.parsers.lexicon import load_knowledge

    files = data_files(folder)
    knowledge = load_knowledge(files.find("config"))
    return DeskUnderstanding(desk=desk, knowledge=knowledge, pack=policy_pack(files, settings), today=today)
