"""What a reader of one format gives back, and the limits that every reader keeps."""

from dataclasses import dataclass

from mailbot.domain.message import Link, Unreadable

MAX_CONTENT = 25_000_000
"""Bytes of an attachment that are looked at; a larger one is TOO_LARGE."""

MAX_TEXT = 2_000_000
"""Characters of text that one attachment may give; a request has a few hundred."""

MAX_ROWS = 5_000
MAX_COLUMNS = 60
"""Extent of the filled cells of a sheet; a larger sheet is no request but somebody's data."""

MAX_PAGES = 50
"""Pages of a PDF that are read; those after them are noted."""

MAX_ENTRIES = 2_000
MAX_ENTRY = 50_000_000
MAX_ENTRIES_TOTAL = 100_000_000
MAX_RATIO = 200
"""Limits of a zip container: entries, inflated bytes of one and of all, inflated : deflated for entries over 1 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The text of an attachment, with notes for staff (in English) on what the text does not show."""

    text: str
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()


class CannotRead(Exception):
    """The attachment gives no text; `why` is what becomes of it."""

    def __init__(self, why: Unreadable) -> None:
        super().__init__(why.value)
        self.why = why
