"""What others sent, made safe to hand to a browser: HTML cleaned of all that acts or calls, names of files."""

import re
import unicodedata
from urllib.parse import quote

import nh3

from mailbot.parsers import charset, mimetree

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
_DEEPEST = 1000
_SHOWN_SOURCE = 100_000
_NESTING = re.compile(
    r"<(/?)(?!(?:area|base|br|col|dd|dt|hr|img|input|li|link|meta|o:p|option|p|tbody|td|th|thead|tr|wbr)\b)[a-z]",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


def html_of(raw: bytes) -> str | None:
    """Return the HTML part of a mail, cleaned; None when it has none. Any bytes are read within limits."""
    for part in mimetree.parse(raw, []).walk():
        if part.content_type == "text/html" and part.disposition != "attachment" and not part.children:
            return cleaned(charset.decode(part.content(), part.charset)[0][:LONGEST_HTML])
    return None


def cleaned(html: str) -> str:
    """Return the HTML without anything that acts, loads or leads away; links stay as text with their target shown.

    HTML nested deeper than any person's, in which the cleaner would take minutes, is shown as its source.
    """
    if _depth(html) > _DEEPEST:
        return nh3.clean_text(html[:_SHOWN_SOURCE])
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        clean_content_tags={"script", "style", "title", "template", "noscript"},
        filter_style_properties=set(_STYLES),
        url_schemes=set(),
        link_rel="noopener noreferrer",
    )


def _depth(html: str) -> int:
    """Return how deep elements nest that need an end tag, counted roughly and in linear time."""
    depth = deepest = 0
    for match in _NESTING.finditer(html):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


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
