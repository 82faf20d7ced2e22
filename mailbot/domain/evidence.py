"""A value together with the words it was read from."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

BODY = "body"
SUBJECT = "subject"
FROM_HEADER = "header:from"
FILE = "file"
"""Part name of values that the vendor's records gave (contract, `evidence`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where a value was read: `text` equals the part's text from `start` to `end` (offsets in characters).

    `message` counts the messages of the thread from 0; `part` is `body`, `subject`, `header:from`,
    `attachment:<filename>` or `file`. Evidence of part `file` has the record's key as text and offsets 0.
    """

    message: int
    part: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Extracted(Generic[T]):
    """A value and its evidence; several pieces of evidence say the same thing in several places."""

    value: T
    evidence: tuple[Evidence, ...] = ()

    @property
    def rests_on_file(self) -> bool:
        """Whether the file has a part in it, as in "10 more" than the tier on file."""
        return any(evidence.part == FILE for evidence in self.evidence)

    @property
    def from_file(self) -> bool:
        """Whether the vendor's records, not the mail, gave the value."""
        return bool(self.evidence) and all(e.part == FILE for e in self.evidence)


def on_file(value: T, key: str = "") -> Extracted[T]:
    """Return the value as read from the vendor's records under `key` (a SEN, a site)."""
    return Extracted(value, (Evidence(message=0, part=FILE, start=0, end=0, text=key),))
