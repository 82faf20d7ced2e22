"""The ways in which a letter becomes the bytes of a mail."""

import base64
import datetime as dt
import quopri
import textwrap
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime, formataddr

from tests.metamorphic.letter import File, Letter, as_html, as_text
from tests.metamorphic.people import Person
from tests.metamorphic.structure import TODAY

LEGACY: Mapping[str, tuple[str, ...]] = {
    "zh-Hans": ("gb18030", "gbk", "gb2312"),
    "zh-Hant": ("big5", "big5hkscs"),
    "ja": ("iso-2022-jp", "shift_jis", "euc-jp"),
    "ko": ("euc-kr", "ks_c_5601-1987"),
    "pl": ("iso-8859-2", "windows-1250"),
    "ru": ("koi8-r", "windows-1251"),
    "tr": ("iso-8859-9", "windows-1254"),
}
_LATIN = ("iso-8859-1", "iso-8859-15", "windows-1252")
_LINE_END = "\r\n"
_BOUNDARY = "=_part_of_this_mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who writes, where in the thread, in which language."""

    sender: Person
    language: str
    number: int
    of_thread: int


@dataclass(frozen=True, slots=True)
class Part:
    """A MIME part: its own header lines and its content, encoded for transfer."""

    head: tuple[str, ...]
    content: bytes


def utf8_8bit(letter: Letter, envelope: Envelope) -> bytes:
    """UTF-8, not encoded for transfer."""
    return _mail(letter, envelope, _body(letter, "utf-8", "8bit"))


def utf8_quoted(letter: Letter, envelope: Envelope) -> bytes:
    """UTF-8 in quoted-printable."""
    return _mail(letter, envelope, _body(letter, "utf-8", "quoted-printable"))


def utf8_base64(letter: Letter, envelope: Envelope) -> bytes:
    """UTF-8 in base64."""
    return _mail(letter, envelope, _body(letter, "utf-8", "base64"))


def utf8_undeclared(letter: Letter, envelope: Envelope) -> bytes:
    """UTF-8 without a word on the charset."""
    return _mail(letter, envelope, _body(letter, "utf-8", "8bit", declared=""))


def utf8_mislabelled(letter: Letter, envelope: Envelope) -> bytes:
    """UTF-8 that calls itself something else."""
    wrong = "us-ascii" if envelope.language in LEGACY else "iso-8859-1"
    return _mail(letter, envelope, _body(letter, "utf-8", "8bit", declared=wrong))


def utf16_base64(letter: Letter, envelope: Envelope) -> bytes:
    """UTF-16 in base64."""
    return _mail(letter, envelope, _body(letter, "utf-16", "base64"))


def legacy_declared(letter: Letter, envelope: Envelope) -> bytes:
    """The language's own old charset, named."""
    charset = _legacy(letter, envelope)
    return _mail(letter, envelope, _body(letter, charset, "quoted-printable"), charset)


def legacy_undeclared(letter: Letter, envelope: Envelope) -> bytes:
    """The language's own old charset, not named."""
    return _mail(letter, envelope, _body(letter, _legacy(letter, envelope), "8bit", declared=""))


def decomposed(letter: Letter, envelope: Envelope) -> bytes:
    """UTF-8 with accents as characters of their own, as from a Mac's file names."""
    part = _text_part(unicodedata.normalize("NFD", as_text(letter)), "plain", "utf-8", "base64", "utf-8")
    return _mail(letter, envelope, part if not letter.wants_html else _body(letter, "utf-8", "base64"))


def flowed(letter: Letter, envelope: Envelope) -> bytes:
    """format=flowed (RFC 3676), wrapped at 72 columns."""
    if letter.wants_html:
        return utf8_base64(letter, envelope)
    lines = [piece for line in as_text(letter).split("\n") for piece in _flow(line)]
    part = _text_part("\n".join(lines), "plain", "utf-8", "quoted-printable", "utf-8; format=flowed")
    return _mail(letter, envelope, part)


def wrapped(letter: Letter, envelope: Envelope) -> bytes:
    """Hard line breaks at 72 columns, as old programs send."""
    if letter.wants_html:
        return utf8_quoted(letter, envelope)
    lines = [piece.rstrip() for line in as_text(letter).split("\n") for piece in _flow(line)]
    return _mail(letter, envelope, _text_part("\n".join(lines), "plain", "utf-8", "8bit", "utf-8"))


def html_only(letter: Letter, envelope: Envelope) -> bytes:
    """HTML with all beyond ASCII as numbers."""
    text = as_html(letter).encode("ascii", "xmlcharrefreplace").decode()
    return _mail(letter, envelope, _text_part(text, "html", "us-ascii", "quoted-printable", "us-ascii"))


def alternative(letter: Letter, envelope: Envelope) -> bytes:
    """Text and HTML side by side."""
    plain = _text_part(as_text(letter), "plain", "utf-8", "quoted-printable", "utf-8")
    rich = _text_part(as_html(letter), "html", "utf-8", "base64", "utf-8")
    return _mail(letter, envelope, _multipart("alternative", plain, rich))


ENCODINGS: Mapping[str, Callable[[Letter, Envelope], bytes]] = {
    "utf8_8bit": utf8_8bit,
    "utf8_quoted": utf8_quoted,
    "utf8_base64": utf8_base64,
    "utf8_undeclared": utf8_undeclared,
    "utf8_mislabelled": utf8_mislabelled,
    "utf16_base64": utf16_base64,
    "legacy_declared": legacy_declared,
    "legacy_undeclared": legacy_undeclared,
    "decomposed": decomposed,
    "flowed": flowed,
    "wrapped": wrapped,
    "html_only": html_only,
    "alternative": alternative,
}


def _body(letter: Letter, charset: str, transfer: str, declared: str | None = None) -> Part:
    text, subtype = (as_html(letter), "html") if letter.wants_html else (as_text(letter), "plain")
    return _text_part(text, subtype, charset, transfer, charset if declared is None else declared)


def _text_part(text: str, subtype: str, charset: str, transfer: str, declared: str) -> Part:
    content = text.replace("\n", "\r\n").encode(charset)
    match transfer:
        case "base64":
            content = base64.encodebytes(content).replace(b"\n", b"\r\n")
        case "quoted-printable":
            content = quopri.encodestring(content.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    head = [f"Content-Type: text/{subtype}" + (f"; charset={declared}" if declared else "")]
    return Part((*head, f"Content-Transfer-Encoding: {transfer}"), content)


def _file_part(file: File) -> Part:
    content = base64.encodebytes(file.content).replace(b"\n", b"\r\n")
    name = f'Content-Disposition: attachment; filename="{file.name}"'
    return Part((f"Content-Type: {file.content_type}", name, "Content-Transfer-Encoding: base64"), content)


def _multipart(subtype: str, *parts: Part) -> Part:
    boundary = f"{_BOUNDARY}_{subtype}"
    content = b"".join(
        f"--{boundary}\r\n".encode() + "\r\n".join(part.head).encode() + b"\r\n\r\n" + part.content + b"\r\n"
        for part in parts
    )
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"'
    return Part((head,), content + f"--{boundary}--\r\n".encode())


def _mail(letter: Letter, envelope: Envelope, body: Part, charset: str = "utf-8") -> bytes:
    if letter.files:
        body = _multipart("mixed", body, *map(_file_part, letter.files))
    own = f"<{envelope.number}.{envelope.of_thread}@mail.example>"
    first = f"<{envelope.number}.0@mail.example>"
    when = dt.datetime.combine(TODAY, dt.time(9 + envelope.of_thread), dt.UTC)
    subject = f"Re: {letter.subject}" if letter.is_reply else letter.subject
    head = [
        f"From: {formataddr((envelope.sender.name, envelope.sender.email))}",
        "To: quotes@seller.example",
        f"Subject: {Header(subject, _header_charset(subject, charset)).encode(linesep=_LINE_END)}",
        f"Date: {format_datetime(when)}",
        f"Message-ID: {own}",
        *([f"In-Reply-To: {first}", f"References: {first}"] if letter.is_reply else []),
        "MIME-Version: 1.0",
        *body.head,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body.content


def _header_charset(text: str, charset: str) -> str:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return "utf-8"
    return "us-ascii" if text.isascii() else charset


def _legacy(letter: Letter, envelope: Envelope) -> str:
    """Return an old charset of the language that can write the letter, else UTF-8."""
    text = as_text(letter) + as_html(letter)
    charsets = LEGACY.get(envelope.language, _LATIN)
    turn = envelope.number % len(charsets)
    for charset in (*charsets[turn:], *charsets[:turn]):
        try:
            text.encode(charset)
        except UnicodeEncodeError:
            continue
        return charset
    return "utf-8"


def _flow(line: str) -> list[str]:
    if len(line) <= 72 or line.startswith(">") or "\t" in line:
        return [line]
    pieces = textwrap.wrap(line, 72, break_long_words=False, break_on_hyphens=False)
    return [*(f"{piece} " for piece in pieces[:-1]), pieces[-1]]
