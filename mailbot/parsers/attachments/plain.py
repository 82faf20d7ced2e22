"""Plain text files."""

from mailbot.parsers.attachments.charset import decode
from mailbot.parsers.attachments.reading import Reading


def read_plain(content: bytes) -> Reading:
    """Return the text with plain line ends."""
    text = decode(content).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return Reading(text=text.strip("\n"))
