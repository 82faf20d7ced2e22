"""What a case's events say that staff have set in it."""

from collections.abc import Mapping, Sequence

from mailbot.domain.case import CaseEvent


def corrections_of(events: Sequence[CaseEvent]) -> dict[str, str]:
    """Return the values that staff have set and that still hold, the newest of each path."""
    steps: list[Mapping[object, object]] = []
    for event in events:
        values = event.data.get("values")
        if event.kind == "Corrected" and isinstance(values, Mapping):
            steps.append(values)
        elif event.kind == "Undone" and event.data.get("settlement") == "corrected" and steps:
            steps.pop()
        elif event.kind == "HandedBack":
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
        elif event.kind in ("MailReceived", "Undone"):
            maker = ""
    return frozenset(found)
