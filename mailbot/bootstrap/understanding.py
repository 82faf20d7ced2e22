"""Reading and deciding, with an installation's lexicons and policy."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import structlog

from mailbot.bootstrap.guarded import GuardedUnderstanding
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.teaching import FolderTeacher, Names, stamp, taught_names
from mailbot.domain.corrections import corrected
from mailbot.domain.decision import Decision
from mailbot.domain.errors import SetupError
from mailbot.domain.file import Records
from mailbot.domain.message import Desk, InboundMessage
from mailbot.domain.policy_pack import PolicyPack
from mailbot.handlers import decide, lookups
from mailbot.parsers.attachments.pool import ReaderPool
from mailbot.parsers.form_values import FormOf, with_form_answers
from mailbot.parsers.knowledge import MailKnowledge, load_mail_knowledge
from mailbot.parsers.lexicon import Knowledge, load_knowledge
from mailbot.parsers.mime import read_message
from mailbot.parsers.reading import NamesOnFile
from mailbot.parsers.understand import understand
from mailbot.ports import AttachmentReader, RecordsFor, Teacher, Understanding
from mailbot.resources import Resources


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskUnderstanding:
    """The desk's way of reading and deciding (ports.Understanding)."""

    desk: Desk
    knowledge: Knowledge
    mail_knowledge: MailKnowledge
    pack: PolicyPack
    today: Callable[[], dt.date]
    read_attachment: AttachmentReader
    form_of: FormOf

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
        inquiry = understand(thread, self.knowledge, self.desk, _customers_on_file(records_for))
        inquiry = with_form_answers(inquiry, thread, self.form_of, self.knowledge)
        inquiry = corrected(inquiry, corrections)
        return decide(inquiry, thread[-1], records_for(*lookups(inquiry)), self.pack, self.today())


def _customers_on_file(records_for: RecordsFor) -> NamesOnFile:
    def names(sites: Sequence[str], sens: Sequence[str]) -> Mapping[str, str]:
        if not sites and not sens:
            return {}
        records = records_for(sites, sens, ())
        by_sen = {e.sen: e.customer for e in records.sens.values() if e.sen in sens}
        return by_sen | {s: records.sites[s].entitlements[0].customer for s in sites if _has_customer(records, s)}

    return names


def _has_customer(records: Records, site: str) -> bool:
    return site in records.sites and bool(records.sites[site].entitlements)


log = structlog.get_logger(__name__)

Stamp = tuple[object, ...]
"""What the desk's understanding depends on beside its installation; it is made anew when this changes."""


class FollowingUnderstanding:
    """The understanding of a desk that may change while it works: by an import, or by a name that it is taught."""

    def __init__(self, current: Callable[[], Stamp], understanding_now: Callable[[], Understanding]) -> None:
        self._current = current
        self._understanding_now = understanding_now
        self._lock = threading.Lock()
        self._stamp = current()
        self._inner = understanding_now()

    def read(self, raw: bytes) -> InboundMessage:
        """Return the message as the desk of now reads it."""
        return self._now().read(raw)

    def decide(
        self,
        thread: Sequence[InboundMessage],
        records_for: RecordsFor,
        corrections: Mapping[str, str] = MappingProxyType({}),
    ) -> Decision:
        """Return what the desk of now decides."""
        return self._now().decide(thread, records_for, corrections)

    def _now(self) -> Understanding:
        stamp = self._current()
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._inner = self._understanding_now()
                except SetupError as error:  # a file is being edited by hand: go on with what was known before
                    log.error("desk_not_followed", error=str(error))
            return self._inner


@contextmanager
def desk_understanding(
    installation: Installation, desk: Desk, today: Callable[[], dt.date]
) -> Iterator[GuardedUnderstanding]:
    """Hold the understanding of a desk for the time of the block; SetupError when lexicons or policy are wrong.

    No mail holds it up: what is long is decided within limits (`guarded`).
    """
    with _unguarded(installation, desk, today) as understanding:
        knowledge = understanding.knowledge.with_products(taught_names(installation))
        yield GuardedUnderstanding(inner=replace(understanding, knowledge=knowledge))


@contextmanager
def following_understanding(
    installation: Installation, current: Callable[[], Desk], today: Callable[[], dt.date]
) -> Iterator[tuple[FollowingUnderstanding, Teacher]]:
    """As desk_understanding, for the desk as `current` tells it each time, and what teaches it."""
    with _unguarded(installation, current(), today) as understanding:
        shipped = understanding.knowledge

        def knows(names: Names) -> Understanding:
            knowledge = shipped.with_products(names)
            return GuardedUnderstanding(inner=replace(understanding, desk=current(), knowledge=knowledge))

        following = FollowingUnderstanding(
            lambda: (current(), stamp(installation)), lambda: knows(taught_names(installation))
        )
        yield following, FolderTeacher(installation, knows)


@contextmanager
def _unguarded(installation: Installation, desk: Desk, today: Callable[[], dt.date]) -> Iterator[DeskUnderstanding]:
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
            form_of=_forms(installation.files),
        )


def _forms(files: Resources) -> FormOf:
    """Return the forms of our mails by language; nothing is loaded before the first mail that may quote one."""

    @cache
    def loaded() -> FormOf:
        from mailbot.replies.form import forms

        return forms(files)

    return lambda language: loaded()(language)
