"""The switches with which staff hold the machine back: a pause (of all, a kind, a language), and shadow mode."""

from collections.abc import Mapping

from mailbot.domain.decision import Decision
from mailbot.domain.staff import Switch
from mailbot.ports import Store

HALT = "halt"
"""Nothing is read, decided or sent: the database is a copy, or was restored, and a person has to look first."""

PAUSE = "pause"
SHADOW = "shadow"


def pause_of_kind(kind: str) -> str:
    """Return the name of the switch that holds back replies to requests of a kind."""
    return f"{PAUSE} kind:{kind}"


def pause_of_language(language: str) -> str:
    """Return the name of the switch that holds back replies in a language."""
    return f"{PAUSE} language:{language}"


def is_halted(store: Store) -> bool:
    """Return whether the desk must leave mailbox, mails and replies alone."""
    with store.look() as uow:
        return HALT in uow.switches.on()


def held_by_switch(on: Mapping[str, Switch], decision: Decision) -> str | None:
    """Return why staff want to see this decision before anything is sent, in words; None when they do not."""
    concerned = {
        PAUSE: "the machine is paused",
        **{pause_of_kind(r.kind.value): f"the machine is paused for {r.kind.value}" for r in decision.requests},
        pause_of_language(decision.language): f"the machine is paused for mail in {decision.language}",
        SHADOW: "shadow mode: a person releases every reply",
    }
    name = next((name for name in concerned if name in on), None)
    return None if name is None else f"{concerned[name]} ({on[name].by}, {on[name].at:%Y-%m-%d %H:%M} UTC)"
