"""Which parts of a message are its text, which its attachments, and whether its two texts say the same."""

import re
import unicodedata
from dataclasses import dataclass, field

from mailbot.domain.message import Link
from mailbot.parsers import charset, html, links, western
from mailbot.parsers.accents import composed
from mailbot.parsers.knowledge import MailKnowledge
from mailbot.parsers.mimetree import Part

MAX_TEXT = 1_000_000
_SUBSTANTIAL = 0.4  # of the characters of the HTML

_NEWLINES = re.compile(r"\r\n|\r|\u2028|\u2029|\x0b|\x0c|\x85")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_SPACES = re.compile(r"\s+")
_URL = re.compile(r"https?://[^\s<>\"'()（）]{3,2000}")
_TARGET = re.compile(r"\s?<(?:https?|mailto|tel|file):[^<>\s]{0,3000}>|\[(?:cid|image)[^\]\n]{0,300}\]")
_FACT = re.compile(r"(?<![A-Za-z0-9.+_-])[A-Za-z0-9.+_-]{1,64}@[A-Za-z0-9.-]{3,255}|"
                   r"(?<![A-Za-z0-9-])(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b|"
                   r"\d[\d.,' ]*\d|\d|\b[A-Z][A-Za-z]{2,40}\b")  # fmt: skip
_LIST_NUMBER = re.compile(r"^[ \t]*(?:\d{1,3}[.)、．]|[-*•])[ \t]*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Body:
    """A message's text with what its HTML said about it. `other` is the alternative that was not chosen."""

    text: str = ""
    links: tuple[Link, ...] = ()
    quotes: tuple[tuple[int, int], ...] = ()
    signatures: tuple[tuple[int, int], ...] = ()
    charset: str | None = None
    attachments: tuple[Part, ...] = ()
    other: "Body | None" = None

    def differs_from(self, other: "Body", own_new: str, other_new: str) -> list[str]:
        """Return the numbers, sites, addresses and names that only one of the two new texts has."""
        mine, theirs = _facts(self.text), _facts(other.text)
        return sorted((_facts(own_new) - theirs) | (_facts(other_new) - mine))


@dataclass(slots=True)
class _Found:
    """What a walk through the tree gathered."""

    plain: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)
    sequence: list[Part] = field(default_factory=list)  # text parts of either kind outside of alternatives
    attachments: list[Part] = field(default_factory=list)
    alternatives: bool = False


def choose(root: Part, knowledge: MailKnowledge, defects: list[str]) -> Body:
    """Return the message's text: plain text when it is substantial, else what the HTML shows.

    HTML is preferred when it has a table, whose rows plain text seldom keeps.
    """
    found = _Found()
    _gather(root, found, in_alternative=False)
    attachments = tuple(found.attachments)
    if not found.plain and not found.html:
        return Body(attachments=attachments)
    declared = _charset((found.plain or found.html)[0], knowledge)
    plain = _plain_body(found.plain, knowledge, defects)
    if not found.html:
        return _with(plain, declared, attachments)
    rendered, has_table, hidden = _html_body(found.html, knowledge, defects)
    if hidden:
        defects.append("hidden text left out")
    if not found.plain:
        return _with(rendered, declared, attachments)
    if not found.alternatives:
        return _with(_one_after_the_other(found.sequence, knowledge, defects), declared, attachments)
    inked = len(_SPACES.sub("", plain.text))
    if inked < _SUBSTANTIAL * len(_SPACES.sub("", rendered.text)) or inked == 0:
        return _with(rendered, declared, attachments, plain if inked > 40 else None)
    if not rendered.text.strip():
        return _with(plain, declared, attachments)
    if has_table:
        return _with(rendered, declared, attachments, plain)
    return _with(plain, declared, attachments, rendered)


def _with(body: Body, declared: str | None, attachments: tuple[Part, ...], other: Body | None = None) -> Body:
    return Body(body.text, body.links, body.quotes, body.signatures, declared, attachments, other)


def _gather(part: Part, found: _Found, *, in_alternative: bool) -> None:
    kind = part.content_type
    if part.children:
        inside = in_alternative or kind == "multipart/alternative"
        found.alternatives = found.alternatives or kind == "multipart/alternative"
        for child in part.children:
            _gather(child, found, in_alternative=inside)
        return
    is_text = kind in ("text/plain", "text/html") and part.disposition != "attachment"
    if is_text and part.filename and (found.plain or found.html):
        is_text = False  # Apple Mail shows attached text files inline
    if not is_text and kind.startswith("text/") and not part.filename and part.disposition != "attachment":
        is_text = kind in ("text/enriched", "text/markdown", "text/richtext", "text/x-plain")
    if not is_text:
        found.attachments.append(part)
    elif kind == "text/html":
        found.html.append(part)
        found.sequence.append(part)
    else:
        found.plain.append(part)
        found.sequence.append(part)


def _one_after_the_other(parts: list[Part], knowledge: MailKnowledge, defects: list[str]) -> Body:
    """Text and HTML parts that follow each other (Apple Mail, list footers), as one text."""
    pieces: list[str] = []
    gathered: list[Link] = []
    quotes: list[tuple[int, int]] = []
    signatures: list[tuple[int, int]] = []
    at = 0
    for part in parts:
        if part.content_type == "text/html":
            body, _, _ = _html_body([part], knowledge, defects)
        else:
            body = _plain_body([part], knowledge, defects)
        gathered += [Link(start=link.start + at, end=link.end + at, target=link.target) for link in body.links]
        quotes += [(start + at, end + at) for start, end in body.quotes]
        signatures += [(start + at, end + at) for start, end in body.signatures]
        pieces.append(body.text)
        at += len(body.text) + 1
    return Body("\n".join(pieces), tuple(gathered), tuple(quotes), tuple(signatures))


def _plain_body(parts: list[Part], knowledge: MailKnowledge, defects: list[str]) -> Body:
    text = "\n".join(_flowed(_decoded(part, knowledge, defects), part.parameters) for part in parts)
    return Body(text, tuple(_plain_links(text)))


def _html_body(parts: list[Part], knowledge: MailKnowledge, defects: list[str]) -> tuple[Body, bool, bool]:
    pages = [html.render(_decoded(part, knowledge, defects), knowledge.marks) for part in parts[:20]]
    texts = [page.text for page in pages]
    at = 0
    gathered: list[Link] = []
    quotes: list[tuple[int, int]] = []
    signatures: list[tuple[int, int]] = []
    for page in pages:
        gathered += [Link(start=link.start + at, end=link.end + at, target=link.target) for link in page.links]
        quotes += [(start + at, end + at) for start, end in page.quotes]
        signatures += [(start + at, end + at) for start, end in page.signatures]
        at += len(page.text) + 1
    body = Body("\n".join(texts), tuple(gathered), tuple(quotes), tuple(signatures))
    return body, any(page.has_table for page in pages), any(page.has_hidden_text for page in pages)


def _charset(part: Part, knowledge: MailKnowledge) -> str | None:
    """Return the declared character set; where there is none, the one that the language of the text tells."""
    if charset.meant(part.charset) is not None and not charset.is_placeholder(part.charset):
        return part.charset
    return western.likely(part.content(), knowledge.languages) or part.charset


def _decoded(part: Part, knowledge: MailKnowledge, defects: list[str]) -> str:
    label = _charset(part, knowledge)
    text, defect = charset.decode(part.content(), label)
    if label != part.charset and not defect:
        defects.append(f"character set guessed: {label}" + (f" (declared {part.charset})" if part.charset else ""))
    if defect:
        defects.append(defect)
    if len(text) > MAX_TEXT:
        defects.append(f"text longer than {MAX_TEXT} characters, cut")
        text = text[:MAX_TEXT]
    return composed(_CONTROLS.sub("", _NEWLINES.sub("\n", text).replace("\xa0", " ")))


def _flowed(text: str, parameters: dict[str, str]) -> str:
    """Return text/plain with the soft line breaks of format=flowed taken out (RFC 3676)."""
    if parameters.get("format", "").lower() != "flowed":
        return text
    delete_space = parameters.get("delsp", "").lower() == "yes"
    lines: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        is_soft = content.endswith(" ") and content != "-- "
        content = content[:-1] if is_soft and delete_space else content
        if open_depth == depth and lines and content != "-- ":
            lines[-1] += content
        else:
            lines.append(">" * depth + (" " if depth and content else "") + content)
        open_depth = depth if is_soft else -1
    return "\n".join(lines)


def _plain_links(text: str) -> list[Link]:
    """Return the addresses written in plain text whose target is not what is seen (scanners rewrite them)."""
    found = []
    for match in _URL.finditer(text):
        target = links.unwrap(match[0])
        if target != match[0]:
            found.append(Link(start=match.start(), end=match.end(), target=target))
    return found


def _facts(text: str) -> set[str]:
    """Return the numbers, hosts, addresses and capitalised words of a text, folded for comparison."""
    plain = _LIST_NUMBER.sub("", _TARGET.sub(" ", unicodedata.normalize("NFKC", text)))
    return {re.sub(r"[., ']", "", match[0]).casefold() if match[0][0].isdigit() and "@" not in match[0]
            else match[0].casefold().rstrip(".") for match in _FACT.finditer(plain)}  # fmt: skip
