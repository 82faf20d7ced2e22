"""What our own receiver found out about the sender (RFC 8601)."""

import re
from collections.abc import Sequence

from mailbot.domain.message import Authentication

MICROSOFT_365 = "microsoft-365"
"""The trusted authserv-id that stands for Microsoft 365, whose header names none; only the topmost one counts."""

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[()\\]|[^"()\\]+|"', re.DOTALL)
_RESULT = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)


def authentication(values: Sequence[str], trusted: Sequence[str]) -> Authentication:
    """Return the DMARC verdict of the first field of a trusted authserv-id; the ones below it are forged.

    `values` are the Authentication-Results fields from the top of the message. A verdict that is neither pass nor
    fail (none, temperror) leaves the sender unknown.
    """
    wanted = {name.casefold() for name in trusted}
    for index, value in enumerate(values):
        authserv_id, results = _split(value)
        if authserv_id in wanted or (authserv_id is None and index == 0 and MICROSOFT_365 in wanted):
            return _verdict(results)
    return Authentication.UNKNOWN


def _split(value: str) -> tuple[str | None, list[str]]:
    """Return the authserv-id in lower case (None when the first element is a result) and the results."""
    elements = _without_comments(value).split(";")
    first = elements[0].split()
    if not first or "=" in first[0]:
        return None, elements
    return first[0].strip('"').casefold(), elements[1:]


def _without_comments(value: str) -> str:
    """Return the value without its comments and with its quoted strings emptied but for an authserv-id."""
    kept: list[str] = []
    depth = 0
    escaped = False
    for piece in _PIECE.findall(value):
        if escaped:
            escaped = False
        elif piece == "\\":
            escaped = True
        elif piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            kept.append(piece.replace(";", " ").replace("=", " ") if piece.startswith('"') else piece)
    return "".join(kept)


def _verdict(results: list[str]) -> Authentication:
    verdicts = {match[1].lower() for result in results if (match := _RESULT.match(result))}
    if "fail" in verdicts:
        return Authentication.FAILED
    return Authentication.PASSED if verdicts == {"pass"} else Authentication.UNKNOWN
