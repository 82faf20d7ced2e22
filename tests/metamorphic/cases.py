"""A case: which request, how it is laid out, disturbed and encoded; all of it follows from language and number."""

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.replying import desk_renderer
from mailbot.bootstrap.understanding import DeskUnderstanding, desk_understanding
from mailbot.domain.decision import Decision
from mailbot.domain.message import Address, InboundMessage, TextPart
from mailbot.domain.message import Desk as OurDesk
from mailbot.replies.render import Renderer
from mailbot.service.replying import REPLY_TO_ACTION
from tests.metamorphic.distractors import DISTRACTORS
from tests.metamorphic.encodings import ENCODINGS, Envelope
from tests.metamorphic.layouts import LAYOUTS, THREADS, Task
from tests.metamorphic.structure import OMISSIONS, TODAY, Asked, decision_of, draw, without
from tests.metamorphic.wording import Wording, cast_of

ADDRESS = "quotes@seller.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`number` seeds request and phrases; `omitted` is never said, in a thread only by its second mail."""

    language: str
    number: int
    layout: str
    encoding: str
    distractors: tuple[str, ...]
    omitted: tuple[str, ...]

    @property
    def id(self) -> str:
        """The name under which the case is listed."""
        return f"{self.language}-{self.number}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Desk:
    """The desk that the cases are put to."""

    understanding: DeskUnderstanding
    render: Renderer

    def intended(self, case: Case) -> Decision:
        """Return the decision that follows from the request itself."""
        return decision_of(_asked(case), case.language, self.understanding.pack)

    def reached(self, case: Case) -> tuple[Decision, list[InboundMessage]]:
        """Return the decision after the case's mails, and the mails as they were read."""
        messages = [self.understanding.read(raw) for raw in self.mails(case)]
        records = draw(cast_of(case.language), _seeded(case, "request")).records
        return self.understanding.decide(messages, lambda *_: records), messages

    def mails(self, case: Case) -> list[bytes]:
        """Return the mails of the case, oldest first."""
        task = self._task(case)
        letters = LAYOUTS[case.layout](task)
        for name in case.distractors:
            disturbed = replace(task, wording=Wording(case.language, _seeded(case, name)))
            letters = [*letters[:-1], DISTRACTORS[name](letters[-1], disturbed)]
        encode = ENCODINGS[case.encoding]
        return [
            encode(
                letter, Envelope(sender=task.asked.reseller, language=case.language, number=case.number, of_thread=n)
            )
            for n, letter in enumerate(letters)
        ]

    def _task(self, case: Case) -> Task:
        wording = Wording(case.language, _seeded(case, "phrases"))
        asked = draw(cast_of(case.language), _seeded(case, "request"))
        if case.layout not in THREADS:
            asked = without(asked, case.omitted)
            return Task(asked=asked, first=asked, our_answer="", missing=(), wording=wording)
        first = without(asked, case.omitted)
        decision = decision_of(first, case.language, self.understanding.pack)
        missing = decision.requests[0].missing if decision.action.value == "ask" else ()
        answer = self._our_answer(decision, asked, case.language)
        return Task(asked=asked, first=first, our_answer=answer, missing=missing, wording=wording)

    def _our_answer(self, decision: Decision, asked: Asked, language: str) -> str:
        sender = Address(name=asked.reseller.name, email=asked.reseller.email)
        newest = InboundMessage(
            message_id="<0@mail.example>",
            date=TODAY.isoformat(),
            sender=sender,
            subject=TextPart(name="subject", text="Atlassian"),
            body=TextPart(name="body", text=""),
            language=language,
        )
        reply = self.render(
            decision=decision,
            newest=newest,
            case_number="Q-0000-00000",
            kind=REPLY_TO_ACTION[decision.action],
            message_id="<ours@seller.example>",
            at=dt.datetime.combine(TODAY, dt.time(12), dt.UTC),
        )
        return reply.text


@contextmanager
def opened_desk() -> Iterator[Desk]:
    """Hold a desk with the shipped lexicons, policy and templates."""
    installation, own = Installation(Path(__file__).parent), OurDesk(address=ADDRESS)
    with desk_understanding(installation, own, lambda: TODAY) as guarded:
        understanding = guarded.inner
        assert isinstance(understanding, DeskUnderstanding)
        yield Desk(understanding=understanding, render=desk_renderer(installation, own, documents=False))


def draw_case(language: str, number: int) -> Case:
    """Return the case of this number."""
    rng = random.Random(f"{language}:{number}:case")
    layout = rng.choice(list(LAYOUTS))
    is_thread = layout in THREADS
    omitted = rng.sample(OMISSIONS, rng.choice((1, 2, 2, 3))) if is_thread or rng.random() < 0.3 else []
    return Case(
        language=language,
        number=number,
        layout=layout,
        encoding=rng.choice(list(ENCODINGS)),
        distractors=tuple(rng.sample(list(DISTRACTORS), rng.choice((0, 1, 2, 3)))),
        omitted=tuple(omitted),
    )


def _asked(case: Case) -> Asked:
    asked = draw(cast_of(case.language), _seeded(case, "request"))
    return asked if case.layout in THREADS else without(asked, case.omitted)


def _seeded(case: Case, purpose: str) -> random.Random:
    return random.Random(f"{case.language}:{case.number}:{purpose}")
