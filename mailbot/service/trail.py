"""What a case's events say that staff have done and set in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailbot.domain.case import CaseEvent

ACT = "act"
"""Key of an event's data below which it says how the act settled an item."""


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
    return next((act for event in events if (act := _act(event)) is not None and act.item == item_id), None)


def has_moved(events: Sequence[CaseEvent], act: ActOnItem) -> bool:
    """Whether the case has come to wait for something else since the act."""
    place = next(number for number, event in enumerate(events) if _act(event) == act)
    opened = sum(event.kind == "ReviewOpened" for event in events[place:])
    return opened > act.opens_again


def _act(event: CaseEvent) -> ActOnItem | None:
    told: Any = event.data.get(ACT)  # written by `as_data`
    return ActOnItem(**{**told, "set_aside": tuple(told["set_aside"])}) if told else None


def corrections_of(events: Sequence[CaseEvent]) -> dict[str, str]:
    """Return the values that staff have set and that still hold, the newest of each path."""
    steps: list[Mapping[object, object]] = []
    for event in events:
        values = event.data.get("values")
        if event.kind == "Corrected" and isinstance(values, Mapping):
            steps.append(values)
        elif event.kind == "Undone" and event.data.get("settlement") == "corrected" and steps:
            steps.pop()
        elif event.kind in ("HandedBack", "Merged", "Split"):
            steps.clear()
    return {str(path): str(value) for values in steps for path, value in values.items()}


def endorsed_by(events: Sequence[CaseEvent], item_id: int) -> frozenset[str]:
    """Return who stands behind the draft of an item: whose correction made it, and who has endorsed it."""
    found: set[str] = set()
    maker = ""
    for event in events:
        if event.kind == "Corrected":
            maker = event.actor
        elif event.kind == "ReviewOpened" and event.data.get("item") == item_id and maker:
            found.add(maker)
        elif event.kind == "Endorsed" and event.data.get("item") == item_id:
            found.add(event.actor)
        elif event.kind in ("MailReceived", "Undone", "Merged", "Split"):
            maker = ""
    return frozenset(found)
