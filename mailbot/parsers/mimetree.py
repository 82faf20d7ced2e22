"""The parts of a MIME message, read within limits that no message can exceed.

The standard library's parser recurses with the nesting, has no limit of parts and visits attachments line by line;
here a part is a slice of the message, found by its boundary.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

HEADER_BYTES = 64 * 1024  # of one header section
FIELD_BYTES = 8 * 1024  # of one field
MAX_PARTS = 500
MAX_DEPTH = 30

_FIELD_NAME = re.compile(rb"([!-9;-~]{1,100})[ \t]*:[ \t]*")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_PARAMETER = re.compile(r";\s*([^\s=;\"]{1,60})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))", re.DOTALL)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3} [^\r\n]*\r?\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of one part in order, names in lower case, values raw and unfolded."""

    fields: tuple[tuple[str, bytes], ...] = ()

    def all(self, name: str) -> tuple[bytes, ...]:
        """Return the values of every field of that name."""
        return tuple(value for field_name, value in self.fields if field_name == name)

    def first(self, name: str) -> bytes | None:
        """Return the value of the first field of that name."""
        return next((value for field_name, value in self.fields if field_name == name), None)

    def starting_with(self, prefix: str) -> bool:
        """Whether there is a field whose name starts so."""
        return any(name.startswith(prefix) for name, _ in self.fields)


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `body` is as transmitted; multiparts have `children` and no use for it."""

    header: Header
    content_type: str
    parameters: dict[str, str]
    disposition: str | None
    filename: bytes | None
    body: bytes = field(repr=False)
    children: tuple["Part", ...] = ()

    @property
    def charset(self) -> str | None:
        """The declared character set."""
        return self.parameters.get("charset", "").encode("ascii", "replace").decode() or None

    def content(self) -> bytes:
        """Return the body with the transfer encoding undone, as far as it can be."""
        return _decoded(self.body, (self.header.first("content-transfer-encoding") or b"").strip().lower())

    def walk(self) -> Iterator["Part"]:
        """Yield this part and those below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


def parse(raw: bytes, defects: list[str]) -> Part:
    """Return the message's tree; what was broken or cut is appended to `defects`. Never raises."""
    return _Reader(defects).part(raw, depth=0, default="text/plain")


class _Reader:
    def __init__(self, defects: list[str]) -> None:
        self._defects = defects
        self._count = 0

    def part(self, raw: bytes, *, depth: int, default: str) -> Part:
        self._count += 1
        header, body = split_header(raw, self._defects)
        content_type, parameters = _structured(header.first("content-type"))
        if (
            not content_type.isascii()
            or content_type.count("/") != 1
            or content_type.startswith("/")
            or content_type.endswith("/")
        ):
            content_type = default
        disposition, more = _structured(header.first("content-disposition"))
        filename = more.get("filename") or parameters.get("name")
        children: tuple[Part, ...] = ()
        if content_type.startswith("multipart/"):
            children = self._children(body, parameters.get("boundary", ""), content_type, depth)
            if not children:
                content_type = "text/plain"
        return Part(
            header=header,
            content_type=content_type,
            parameters=parameters,
            disposition=disposition or None,
            filename=filename.encode("utf-8", "surrogateescape") if filename else None,
            body=body,
            children=children,
        )

    def _children(self, body: bytes, boundary: str, content_type: str, depth: int) -> tuple[Part, ...]:
        if depth >= MAX_DEPTH:
            self._defects.append(f"parts nested more than {MAX_DEPTH} deep")
            return ()
        default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
        children = []
        for piece in _pieces(body, boundary.encode("utf-8", "surrogateescape")):
            if self._count >= MAX_PARTS:
                self._defects.append(f"more than {MAX_PARTS} parts")
                break
            children.append(self.part(piece, depth=depth + 1, default=default))
        if not children:
            self._defects.append("multipart without parts")
        return tuple(children)


def split_header(raw: bytes, defects: list[str]) -> tuple[Header, bytes]:
    """Return the header fields, each within its limit, and the body behind them."""
    fields: list[tuple[str, bytes]] = []
    at = 0
    cut = False
    while at < len(raw):
        line, following = _line(raw, at)
        if not line:
            at = following
            break
        if line[:1] in b" \t":
            if fields:
                name, value = fields[-1]
                if len(value) + len(line) <= FIELD_BYTES:
                    fields[-1] = (name, value + b" " + line.strip())
                else:
                    cut = True
        elif match := _FIELD_NAME.match(line):
            value = line[match.end() :].rstrip()
            cut = cut or len(value) > FIELD_BYTES
            if at < HEADER_BYTES:
                fields.append((match[1].decode("ascii").lower(), value[:FIELD_BYTES]))
        elif not (at == 0 and line.startswith((b"From ", b">From ", b"\xef\xbb\xbf"))):
            defects.append("header ends without a blank line")
            break
        at = following
    if cut or at > HEADER_BYTES:
        defects.append("header too large, cut")
    return Header(tuple(fields)), raw[at:]


def _line(raw: bytes, at: int) -> tuple[bytes, int]:
    end = _LINE_END.search(raw, at)
    return (raw[at:], len(raw)) if end is None else (raw[at : end.start()], end.end())


def _structured(value: bytes | None) -> tuple[str, dict[str, str]]:
    """Return the value before the first semicolon in lower case, and the parameters (RFC 2231 put together)."""
    if not value:
        return "", {}
    text = value[: FIELD_BYTES // 2].decode("utf-8", "surrogateescape")
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, str, bool]]] = {}
    for match in _PARAMETER.finditer(text):
        name = match[1].lower()
        content = re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3].strip()
        if "*" not in name:
            plain.setdefault(name, content)
            continue
        base, _, rest = name.partition("*")
        number = rest.rstrip("*")
        index = int(number) if number.isdecimal() and len(number) < 4 else 0
        pieces.setdefault(base, []).append((index, content, name.endswith("*")))
    for base, found in pieces.items():
        plain[base] = _joined_2231(sorted(found, key=lambda piece: piece[0]))
    return text.partition(";")[0].strip().lower(), plain


def _joined_2231(pieces: list[tuple[int, str, bool]]) -> str:
    charset = ""
    data = b""
    for index, content, encoded in pieces:
        if encoded and index == 0 and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        data += unquote_to_bytes(content) if encoded else content.encode("utf-8", "surrogateescape")
    try:
        return data.decode(charset or "utf-8")
    except (UnicodeError, LookupError):
        return data.decode("utf-8", "surrogateescape")


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Yield what stands between the delimiter lines; a missing last delimiter ends with the body."""
    if not boundary:
        return
    delimiter = re.compile(rb"(?:\A|\r\n|\n|\r)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r|\n|\Z)")
    start = -1
    for match in delimiter.finditer(body):
        if start >= 0:
            yield body[start : match.start()]
        start = -1
        if match[1]:
            break
        end = _LINE_END.match(body, match.end())
        start = end.end() if end else match.end()
    if start >= 0:
        yield body[start:]


def _decoded(body: bytes, encoding: bytes) -> bytes:
    match encoding:
        case b"base64":
            return _base64(body)
        case b"quoted-printable":
            return quopri.decodestring(body)
        case b"x-uuencode" | b"uuencode" | b"uue" | b"x-uue":
            return _uuencoded(body)
        case _:
            return body


def _base64(body: bytes) -> bytes:
    """Decode what can be, past foreign characters, wrong padding and text that a footer program appended."""
    padded = body.find(b"=")
    clean = _NOT_BASE64.sub(b"", body if padded < 0 else body[:padded])
    clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
    return base64.b64decode(clean + b"=" * (-len(clean) % 4))


def _uuencoded(body: bytes) -> bytes:
    begin = _UU_BEGIN.search(body)
    encoded = (body[begin.end() :] if begin else body).partition(b"\nend")[0]
    decoded = []
    for line in encoded.splitlines():
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(decoded)
