"""A letter before it is put into a mail: its parts in reading order, and its plain and HTML form."""

import html
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rows:
    """A table."""

    cells: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attached file."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a person writes in one mail. `above` and `below` are quoted text around it, kept as it is."""

    subject: str
    greeting: str = ""
    blocks: tuple[str | Rows, ...] = ()
    closing: str = ""
    name: str = ""
    signature: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    above: str = ""
    below: str = ""
    files: tuple[File, ...] = ()
    is_reply: bool = False
    wants_html: bool = False


def as_text(letter: Letter) -> str:
    """Return the letter as plain text; cells are parted by a tab."""
    end = "\n".join(line for line in (letter.closing, letter.name, *letter.signature) if line)
    parts = (letter.above, letter.greeting, *map(_plain, letter.blocks), end, *letter.footer, letter.below)
    return "\n\n".join(part for part in parts if part) + "\n"


def as_html(letter: Letter) -> str:
    """Return the letter as a mail program's HTML."""
    end = "\n".join(line for line in (letter.closing, letter.name, *letter.signature) if line)
    parts = (letter.above, letter.greeting, *letter.blocks, end, *letter.footer, letter.below)
    body = "\n".join(_marked_up(part) for part in parts if part)
    return f"<html><head><style>td {{ border: 1px solid #ccc }}</style></head><body>{body}</body></html>"


def _plain(block: str | Rows) -> str:
    return block if isinstance(block, str) else "\n".join("\t".join(row) for row in block.cells)


def _marked_up(block: str | Rows) -> str:
    if isinstance(block, str):
        return "<div>" + "<br>\n".join(html.escape(line) for line in block.split("\n")) + "</div><div><br></div>"
    rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in block.cells)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
