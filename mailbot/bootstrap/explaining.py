"""Explaining: the desk's own reading, deciding and wording over given records, without a store or a server."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.replying import desk_renderer
from mailbot.bootstrap.understanding import desk_understanding
from mailbot.domain.decision import Decision
from mailbot.domain.message import Desk, InboundMessage
from mailbot.domain.outgoing import OutgoingMessage
from mailbot.service.replying import REPLY_TO_ACTION
from mailbot.store.datafiles import load_data

CASE_NUMBER = "Q-0000-00000"
"""Stands where the number of the case would be."""

MESSAGE_ID = "<explained@localhost>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A thread, what was decided after its newest message, and the reply that would go out, if any."""

    messages: tuple[InboundMessage, ...]
    decision: Decision
    reply: OutgoingMessage | None


@contextmanager
def message_reader(installation: Installation) -> Iterator[Callable[[bytes], InboundMessage]]:
    """Hold a function from raw bytes to the message, as the desk of the settings reads it."""
    with desk_understanding(installation, installation.desk(Desk()), lambda: dt.date.min) as understanding:
        yield understanding.read


@contextmanager
def explainer(
    installation: Installation, data: Path, today: dt.date
) -> Iterator[Callable[[Sequence[bytes]], Explained]]:
    """Hold a function from the raw messages of a thread, oldest first, to what the desk would do with it that day.

    Raises InputError for a bad data file and SetupError for a bad installation, before the first thread is read.
    """
    records, desk = load_data(data)
    render = desk_renderer(installation, installation.desk(desk), documents=False)
    at = dt.datetime.combine(today, dt.time(12), dt.UTC)

    with desk_understanding(installation, desk, lambda: today) as understanding:

        def explain(thread: Sequence[bytes]) -> Explained:
            messages = tuple(understanding.read(raw) for raw in thread)
            decision = understanding.decide(messages, lambda *_: records)
            reply = None
            if decision.action in REPLY_TO_ACTION and decision.acknowledge and messages[-1].sender is not None:
                reply = render(
                    decision=decision,
                    newest=messages[-1],
                    case_number=CASE_NUMBER,
                    kind=REPLY_TO_ACTION[decision.action],
                    message_id=MESSAGE_ID,
                    at=at,
                )
            return Explained(messages=messages, decision=decision, reply=reply)

        yield explain
