"""What others sent, made safe to hand to a browser: HTML cleaned of all that acts or calls, names of files."""

import email
import email.policy
import re
import unicodedata
from email.message import EmailMessage
from urllib.parse import quote

import nh3

LONGEST_HTML = 2_000_000

_TAGS = frozenset({
    "a", "abbr", "b", "blockquote", "br", "center", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt",
    "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol", "p", "pre", "s", "small",
    "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
})  # fmt: skip
_ATTRIBUTES = {
    "*": {"align", "valign", "bgcolor", "color", "dir", "lang", "style", "width", "height"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "font": {"size", "face"},
    "ol": {"start"},
}
_STYLES = frozenset({
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
    "border-right", "border-spacing", "border-style", "border-top", "border-width", "color", "font-family",
    "font-size", "font-style", "font-weight", "line-height", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top",
    "text-align", "text-decoration", "vertical-align", "white-space", "width",
})  # fmt: skip
_NO_NAME = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


def html_of(raw: bytes) -> str | None:
    """Return the HTML part of a mail, cleaned; None when it has none."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    part = message.get_body(("html",)) if isinstance(message, EmailMessage) else None
    if part is None:
        return None
    try:
        content = str(part.get_content())
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return cleaned(content[:LONGEST_HTML])


def cleaned(html: str) -> str:
    """Return the HTML without anything that acts, loads or leads away; links stay as text with their target shown."""
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        clean_content_tags={"script", "style", "title", "template", "noscript"},
        filter_style_properties=set(_STYLES),
        url_schemes=set(),
        link_rel="noopener noreferrer",
    )


def document(html: str, title: str) -> str:
    """Return cleaned HTML as a page of its own."""
    style = "body{font:14px/1.5 system-ui,sans-serif;margin:16px;overflow-wrap:anywhere;background:#fff;color:#1d2129}"
    return (
        f'<!doctype html><html lang="und"><meta charset="utf-8"><title>{nh3.clean_text(title)}</title>'
        f"<style>{style}</style><body>{html}</body></html>"
    )


def download_headers(filename: str | None) -> dict[str, str]:
    """Return headers that make any file a download under a harmless name, never a page (RFC 6266)."""
    name = "".join(c for c in _NO_NAME.sub("_", filename or "") if unicodedata.category(c)[0] != "C").strip(" .")
    name = name[-120:] or "attachment"
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
    return {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
