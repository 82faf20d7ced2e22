"""Attached web pages and mails, read like the bodies of mails."""

import re
from dataclasses import replace

from mailbot.parsers import charset, headers, html, mimetree
from mailbot.parsers.attachments import charset as file_charset
from mailbot.parsers.attachments.reading import Reading

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_HEAD_BYTES = 4096


def read_html(content: bytes) -> Reading:
    """Return the page's visible text and links; hidden text is only noted."""
    declared = _DECLARED.search(content[:_HEAD_BYTES])
    if declared and b"\x00" not in content[:_HEAD_BYTES]:
        return _page(charset.decode(content, declared[1].decode("ascii"))[0])
    return _page(file_charset.decode(content))


def read_message(content: bytes) -> Reading:
    """Return the subject and the body of an attached mail; its own attachments are only noted."""
    defects: list[str] = []
    message = mimetree.parse(content, defects)
    leaves = [part for part in message.walk() if not part.children]
    bodies = [part for part in leaves if part.disposition != "attachment" and part.filename is None]
    body = next((p for p in bodies if p.content_type == "text/plain" and p.content().strip()), None)
    body = body or next((p for p in bodies if p.content_type == "text/html"), None)
    reading = Reading(text="") if body is None else _body(body)
    attached = len(leaves) - len(bodies)
    notes = (*reading.notes, *([f"the attached mail has {attached} attachments, not read"] if attached else []))
    subject = headers.decode(message.header.first("subject"))
    start = len(subject) + 2 if subject else 0
    links = tuple(replace(link, start=link.start + start, end=link.end + start) for link in reading.links)
    return Reading(text=f"{subject}\n\n{reading.text}" if subject else reading.text, links=links, notes=notes)


def _body(part: mimetree.Part) -> Reading:
    text, _ = charset.decode(part.content(), part.charset)
    if part.content_type == "text/html":
        return _page(text)
    return Reading(text=text.replace("\r\n", "\n").replace("\r", "\n"))


def _page(source: str) -> Reading:
    page = html.render(source, html.Marks())
    return Reading(text=page.text, links=page.links, notes=("hidden text",) if page.has_hidden_text else ())
