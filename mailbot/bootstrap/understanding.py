"""Reading and deciding, with an installation's lexicons and policy."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from mailbot.bootstrap.installation import Installation
from mailbot.domain.corrections import corrected
from mailbot.domain.decision import Decision
from mailbot.domain.message import Desk, InboundMessage
from mailbot.domain.policy_pack import PolicyPack
from mailbot.handlers import decide, lookups
from mailbot.parsers.attachments.pool import ReaderPool
from mailbot.parsers.knowledge import MailKnowledge, load_mail_knowledge
from mailbot.parsers.lexicon import Knowledge, load_knowledge
from mailbot.parsers.mime import read_message
from mailbot.parsers.understand import understand
from mailbot.ports import AttachmentReader, RecordsFor


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskUnderstanding:
    """The desk's way of reading and deciding (ports.Understanding)."""

    desk: Desk
    knowledge: Knowledge
    mail_knowledge: MailKnowledge
    pack: PolicyPack
    today: Callable[[], dt.date]
    read_attachment: AttachmentReader

    def read(self, raw: bytes) -> InboundMessage:
        """Return the message as read."""
        return read_message(raw, self.desk, self.mail_knowledge, self.read_attachment)

    def decide(
        self,
        thread: Sequence[InboundMessage],
        records_for: RecordsFor,
        corrections: Mapping[str, str] = MappingProxyType({}),
    ) -> Decision:
        """Return what to do after the last message of the thread (oldest first)."""
        inquiry = understand(thread, self.knowledge, self.desk, CustomersOnFile(records_for))
        inquiry = corrected(inquiry, corrections)
        return decide(inquiry, thread[-1], records_for(*lookups(inquiry)), self.pack, self.today())


class CustomersOnFile(Mapping[str, str]):
    """The customers' names by site and SEN, each looked up in the records when it is asked for."""

    def __init__(self, records_for: RecordsFor) -> None:
        self._records_for = records_for
        self._known: dict[str, str | None] = {}

    def __getitem__(self, key: str) -> str:
        """Return the name; KeyError when there is none on file."""
        if key not in self._known:
            self._known[key] = self._looked_up(key)
        name = self._known[key]
        if name is None:
            raise KeyError(key)
        return name

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys that were asked for and are on file."""
        return (key for key, name in self._known.items() if name is not None)

    def __len__(self) -> int:
        """Return how many keys were asked for and are on file."""
        return sum(1 for _ in self)

    def _looked_up(self, key: str) -> str | None:
        records = self._records_for([key], [key], [])
        if (entitlement := records.sens.get(key)) is not None:
            return entitlement.customer
        site = records.sites.get(key)
        return site.entitlements[0].customer if site and site.entitlements else None


@contextmanager
def desk_understanding(
    installation: Installation, desk: Desk, today: Callable[[], dt.date]
) -> Iterator[DeskUnderstanding]:
    """Hold the understanding of a desk for the time of the block; SetupError when lexicons or policy are wrong."""
    config = installation.files.as_one_folder("config")
    knowledge, mail_knowledge = load_knowledge(config), load_mail_knowledge(config)
    with ReaderPool() as read_attachment:
        yield DeskUnderstanding(
            desk=desk,
            knowledge=knowledge,
            mail_knowledge=mail_knowledge,
            pack=installation.policy_pack,
            today=today,
            read_attachment=read_attachment,
        )
