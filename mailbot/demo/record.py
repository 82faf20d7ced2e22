"""What happens to each mail of the demo, as seen from outside: delivered, decided, answered."""

import email
import email.policy
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from mailbot.demo.samples import Sample
from mailbot.domain.decision import Decision
from mailbot.domain.message import InboundMessage
from mailbot.ports import RecordsFor, Understanding


@dataclass(slots=True, kw_only=True)
class Course:
    """The way of one mail. Times are monotonic seconds."""

    sample: Sample
    delivered: float | None = None
    decided: float | None = None
    answered: float | None = None
    language: str = ""
    decision: Decision | None = None
    reply: bytes | None = field(default=None, repr=False)

    @property
    def seconds(self) -> float | None:
        """From delivery to the reply, or to the decision where there is no reply."""
        end = self.answered or self.decided
        return end - self.delivered if end is not None and self.delivered is not None else None


class Record:
    """Courses by Message-ID; told of events by the demo's servers and by the service's threads."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.courses = {sample.message_id: Course(sample=sample) for sample in samples}
        self._lock = threading.Lock()

    def note_delivery(self, sample: Sample) -> None:
        """The mail lies in the mailbox."""
        self.courses[sample.message_id].delivered = time.monotonic()

    def note_decision(self, message: InboundMessage, decision: Decision) -> None:
        """The desk has decided; what it says later of the same mail, as part of a thread, does not count."""
        course = self.courses.get(message.message_id or "")
        with self._lock:
            if course is not None and course.decision is None:
                course.decision, course.language, course.decided = decision, message.language, time.monotonic()

    def note_reply(self, raw: bytes) -> None:
        """The sink has taken a mail."""
        answered_to = email.message_from_bytes(raw, policy=email.policy.default)["In-Reply-To"]
        course = self.courses.get(str(answered_to))
        if course is not None:
            course.reply, course.answered = raw, time.monotonic()


@dataclass(frozen=True, slots=True)
class RecordedUnderstanding:
    """The desk's understanding, with a note of each decision."""

    desk: Understanding
    record: Record

    def read(self, raw: bytes) -> InboundMessage:
        """Return the message as the desk reads it."""
        return self.desk.read(raw)

    def decide(
        self,
        thread: Sequence[InboundMessage],
        records_for: RecordsFor,
        corrections: Mapping[str, str] = MappingProxyType({}),
    ) -> Decision:
        """Return what the desk decides."""
        decision = self.desk.decide(thread, records_for, corrections)
        self.record.note_decision(thread[-1], decision)
        return decision
