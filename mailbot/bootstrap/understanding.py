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
        inquiry = corrected(understand(thread, self.knowledge), corrections)
        return decide(inquiry, thread[-1], records_for(*lookups(inquiry)), self.pack, self.today())


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
