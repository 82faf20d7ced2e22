"""A text of a message with its units."""

from dataclasses import dataclass
from functools import cached_property

from mailbot.parsers.layout import Unit
from mailbot.parsers.scan import Scan
from mailbot.parsers.spans import Taken


@dataclass(frozen=True, kw_only=True)
class Block:
    """A text of the message with its units; several when a mail has attachments."""

    scan: Scan
    units: tuple[Unit, ...]

    @cached_property
    def told(self) -> Taken:
        """Where the units stand: what the sender newly wrote or passes on."""
        return Taken((u.start, u.end) for u in self.units)
