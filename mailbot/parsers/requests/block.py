"""A text of a message with its units."""

from dataclasses import dataclass

from mailbot.parsers.layout import Unit
from mailbot.parsers.scan import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A text of the message with its units; several when a mail has attachments."""

    scan: Scan
    units: tuple[Unit, ...]
