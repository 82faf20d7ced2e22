"""What a case's events say that staff have done and set in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailbot.domain.case import CaseEvent
from mailbot.domain.revision import ACCEPTANCE_TAKEN_BACK, QUOTE_ACCEPTED

ACT = "act"
"""Key of an event's data below which it says how the act settled an item."""

MERGED, MERGED_INTO, MERGE_UNDONE = "Merged", "MergedInto", "MergeUndone"
SPLIT, SPLIT_INTO, SPLIT_FROM, SPLIT_UNDONE = "Split", "SplitInto", "SplitFrom", "SplitUndone"
NOTED, NOTE_TAKEN_BACK = "Noted", "NoteTakenBack"
ENDORSED, ENDORSEMENT_TAKEN_BACK = "Endorsed", "EndorsementTakenBack"

_TAKES_BACK = {
    NOTE_TAKEN_BACK: NOTED,
    ENDORSEMENT_TAKEN_BACK: ENDORSED,
    ACCEPTANCE_TAKEN_BACK: QUOTE_ACCEPTED,
}
_UNDOABLE = frozenset({MERGED, MERGED_INTO, SPLIT, SPLIT_FROM, *_TAKES_BACK.values()})
_ECHOES = frozenset({"ReviewOpened", "QuoteIssued", SPLIT_INTO})
"""Events that are written with an act and do not come after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOnItem:
    """How an act settled an item: what has to be known to take it back.

    `version` is the case's after the act, `message_id` that of its reply, None for none. `set_aside` are the outbox
    rows that waited for a person and do so no more. `opens_again`: the act itself has opened the case's next item.
    """

    item: int
    version: int
    message_id: str | None = None
    set_aside: Sequence[int] = ()
    opens_again: bool = False

    def as_data(self) -> dict[str, object]:
        """Return it as a part of an event's data."""
        return {
            ACT: {
                "item": self.item,
                "version": self.version,
                "message_id": self.message_id,
                "set_aside": list(self.set_aside),
                "opens_again": self.opens_again,
            }
        }


def act_on(events: Sequence[CaseEvent], item_id: int) -> ActOnItem | None:
    """Return the act that settled the item, None when no act of staff has."""
    return next((act for event in events if (act := act_of(event)) is not None and act.item == item_id), None)


def last_act(events: Sequence[CaseEvent]) -> CaseEvent | None:
    """Return the event of the newest act that can still be taken back as far as the events tell; None for none.

    What has come from outside, has left or was taken back as a whole puts an end to all acts before it.
    """
    acts: list[CaseEvent] = []
    for event in events:
        if event.kind in _TAKES_BACK:
            place = max((n for n, act in enumerate(acts) if act.kind == _TAKES_BACK[event.kind]), default=None)
            if place is not None:
                del acts[place]
        elif event.kind in _UNDOABLE or act_of(event) is not None:
            acts.append(event)
        elif event.kind not in _ECHOES:
            acts.clear()
    return acts[-1] if acts else None


def merged_into(events: Sequence[CaseEvent]) -> str | None:
    """Return the number of the case that has this one's mails now, None when they are still here."""
    number = None
    for event in events:
        if event.kind == MERGED_INTO:
            number = str(event.data.get("case"))
        elif event.kind == MERGE_UNDONE:
            number = None
        elif event.kind == SPLIT_UNDONE and "into" in event.data:
            number = str(event.data["into"])
    return number


def has_moved(events: Sequence[CaseEvent], act: ActOnItem) -> bool:
    """Whether the case has come to wait for something else since the act."""
    place = next(number for number, event in enumerate(events) if act_of(event) == act)
    opened = sum(event.kind == "ReviewOpened" for event in events[place:])
    return opened > act.opens_again


def act_of(event: CaseEvent) -> ActOnItem | None:
    """Return how the event settled an item, None when it did not."""
    told: Any = event.data.get(ACT)  # written by `as_data`
    return ActOnItem(**{**told, "set_aside": tuple(told["set_aside"])}) if told else None


def corrections_of(events: Sequence[CaseEvent]) -> dict[str, str]:
    """Return the values that staff have set and that still hold, the newest of each path."""
    steps: list[Mapping[object, object]] = []
    before: list[Mapping[object, object]] = []
    for event in events:
        values = event.data.get("values")
        if event.kind == "Corrected" and isinstance(values, Mapping):
            steps.append(values)
        elif event.kind == "Undone" and event.data.get("settlement") == "corrected" and steps:
            steps.pop()
        elif _restores(event):
            steps = list(before)
        elif event.kind in ("HandedBack", MERGED, MERGED_INTO, SPLIT):
            before, steps = steps, []
    return {str(path): str(value) for values in steps for path, value in values.items()}


def _restores(event: CaseEvent) -> bool:
    """Whether what staff had set before holds again."""
    handed_back = event.kind == "Undone" and event.data.get("settlement") == "handed_back"
    return handed_back or event.kind in (MERGE_UNDONE, SPLIT_UNDONE)


def endorsed_by(events: Sequence[CaseEvent], item_id: int) -> frozenset[str]:
    """Return who stands behind the draft of an item: whose correction made it, and who has endorsed it."""
    found: set[str] = set()
    maker = ""
    for event in events:
        if event.kind == "Corrected":
            maker = event.actor
        elif event.kind == "ReviewOpened" and event.data.get("item") == item_id and maker:
            found.add(maker)
        elif event.kind == ENDORSED and event.data.get("item") == item_id:
            found.add(event.actor)
        elif event.kind == ENDORSEMENT_TAKEN_BACK and event.data.get("item") == item_id:
            found.discard(str(event.data.get("of")))
        elif event.kind in ("MailReceived", "Undone", MERGED, SPLIT, MERGE_UNDONE, SPLIT_UNDONE):
            maker = ""
    return frozenset(found)
