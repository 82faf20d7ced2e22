"""Where a hyperlink really leads: the redirectors of mail scanners unwrapped, offline."""

import base64
import binascii
import re
from urllib.parse import parse_qsl, unquote, urlsplit

_MAX_LENGTH = 4000
_MAX_WRAPS = 4
# Host suffix -> the query parameters that carry the target.
_WRAPPERS = {
    "safelinks.protection.outlook.com": ("url",),
    "google.com": ("q", "url"),
    "urldefense.proofpoint.com": ("u",),
    "protect-eu.mimecast.com": ("domain",),
    "linkprotect.cudasvc.com": ("a",),
    "deref-mail.com": ("u",),
    "deref-gmx.net": ("redirectUrl",),
    "deref-web.de": ("redirectUrl",),
    "slack-redir.net": ("url",),
    "l.facebook.com": ("u",),
    "linkedin.com": ("url",),
    "mail.qq.com": ("url", "gourl"),
    "mailtrack.io": ("url",),
    "clicktime.symantec.com": ("u",),
    "secure-web.cisco.com": (),
    "isolate.menlosecurity.com": (),
    "trendmicro.com": ("url",),
}
_PROOFPOINT_V3 = re.compile(r"/v3/__(.+?)__;([A-Za-z0-9_=-]*)!")
_PATH_URL = re.compile(r"/(https?(?::|%3[aA])(?:/|%2[fF]){1,2}.+)")
_V3_RUN = re.compile(r"\*(\*.)?")
_V3_LENGTHS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def unwrap(target: str) -> str:
    """Return the address that a link leads to, with known redirectors taken off."""
    target = target.strip()[:_MAX_LENGTH]
    for _ in range(_MAX_WRAPS):
        inner = _inner(target)
        if inner is None or inner == target:
            break
        target = inner
    return target


def _inner(target: str) -> str | None:
    try:
        parts = urlsplit(target)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if host == "urldefense.com" or host.endswith(".urldefense.com"):
        return _proofpoint_v3(target)
    parameters = next((names for suffix, names in _WRAPPERS.items() if _is_at(host, suffix)), None)
    if parameters is None or (_is_at(host, "google.com") and parts.path != "/url"):
        return None
    query = dict(parse_qsl(parts.query, max_num_fields=50)) if len(parts.query) <= _MAX_LENGTH else {}
    for name in parameters:
        if value := query.get(name):
            return _proofpoint_v2(value) if host == "urldefense.proofpoint.com" else _with_scheme(value)
    inner = _PATH_URL.search(parts.path)
    return unquote(inner[1]) if inner else None


def _is_at(host: str, suffix: str) -> bool:
    return host == suffix or host.endswith("." + suffix)


def _with_scheme(value: str) -> str:
    return value if "://" in value else f"https://{value}"


def _proofpoint_v2(value: str) -> str:
    return unquote(value.replace("-", "%").replace("_", "/"))


def _proofpoint_v3(target: str) -> str | None:
    """Undo `/v3/__<url with * for special characters>__;<base64 of these>!`."""
    match = _PROOFPOINT_V3.search(target)
    if match is None:
        return None
    padded = match[2] + "=" * (-len(match[2]) % 4)
    try:
        special = base64.urlsafe_b64decode(padded).decode("utf-8")
    except (binascii.Error, ValueError):
        return match[1]
    at = 0

    def restore(found: re.Match[str]) -> str:
        nonlocal at
        length = _V3_LENGTHS.find(found[1][1]) + 2 if found[1] else 1
        taken = special[at : at + length]
        at += length
        return taken

    return _V3_RUN.sub(restore, match[1])
