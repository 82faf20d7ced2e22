"""Whether a person sees an element: inline styles and the simple rules of a mail's `<style>`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"(?<![^{}])([^{}]++)\{([^{}]{0,2000})\}")
_SIMPLE_SELECTOR = re.compile(r"([a-z][a-z0-9]*|\*)?([.#][\w-]+)?\Z")
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})\Z")
_RGB = re.compile(r"rgba?\(\s*(\d+)\s*[, ]\s*(\d+)\s*[, ]\s*(\d+)\s*(?:[,/]\s*([\d.]+%?)\s*)?\)")
_NUMBER = re.compile(r"-?\d*\.?\d+")
_SHEET_CHARACTERS = 50_000
_MAX_RULES = 2000
_NAMED = {"white": (255, 255, 255), "black": (0, 0, 0), "snow": (255, 250, 250), "ivory": (255, 255, 240),
          "whitesmoke": (245, 245, 245), "ghostwhite": (248, 248, 255), "red": (255, 0, 0), "blue": (0, 0, 255),
          "gray": (128, 128, 128), "grey": (128, 128, 128), "navy": (0, 0, 128), "silver": (192, 192, 192),
          "yellow": (255, 255, 0), "green": (0, 128, 0), "orange": (255, 165, 0)}  # fmt: skip
# Colours nearer than this (sum of differences of three channels) cannot be told apart.
_INDISTINCT = 24
# Text smaller than this is not seen, in pixels or points.
_INVISIBLE_SIZE = 1.5

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """What is inherited down the tree. A colour of None is unknown (a background picture)."""

    hidden: bool = False
    colour: Colour | None = (0, 0, 0)
    background: Colour | None = (255, 255, 255)
    tiny: bool = False
    preformatted: bool = False

    @property
    def seen(self) -> bool:
        """Whether text in this look can be read by a person."""
        if self.hidden or self.tiny:
            return False
        if self.colour is None or self.background is None:
            return True
        return sum(abs(a - b) for a, b in zip(self.colour, self.background, strict=True)) > _INDISTINCT


def rules(sheets: list[str]) -> Mapping[str, str]:
    """Return the declarations by simple selector (`p`, `.name`, `p.name`, `#id`); others are left out."""
    found: dict[str, str] = {}
    for sheet in sheets:
        for match in _RULE.finditer(_COMMENT.sub("", sheet[:_SHEET_CHARACTERS].lower())):
            for selector in match[1].split(","):
                # Rules for other media or states ("a:hover", "div p") say nothing certain about an element.
                if _SIMPLE_SELECTOR.match(name := selector.strip()) and len(found) < _MAX_RULES:
                    found[name] = found.get(name, "") + ";" + match[2]
    return found


def look(tag: str, attributes: Mapping[str, str | None], inherited: Look, sheet: Mapping[str, str]) -> Look:
    """Return how an element looks inside its parent."""
    style = _declared(tag, attributes, sheet)
    if not style and not ({"color", "bgcolor", "hidden", "background", "aria-hidden"} & attributes.keys()):
        return inherited
    values = _values(style)
    colour = inherited.colour
    if (named := values.get("color") or (attributes.get("color") if tag == "font" else None)) is not None:
        colour = _colour(named, inherited.colour)
    background = inherited.background
    if (named := values.get("background-color") or values.get("background") or attributes.get("bgcolor")) is not None:
        background = None if "url(" in named else _colour(named, inherited.background)
    elif "background-image" in values or attributes.get("background"):
        background = None
    tiny = inherited.tiny
    if (size := values.get("font-size")) is not None:
        tiny = _is_tiny(size, inherited.tiny)
    return Look(
        hidden=inherited.hidden or "hidden" in attributes or _is_hidden(values),
        colour=colour,
        background=background,
        tiny=tiny,
        preformatted=values.get("white-space", "").startswith("pre") or inherited.preformatted,
    )


def _declared(tag: str, attributes: Mapping[str, str | None], sheet: Mapping[str, str]) -> str:
    style = (attributes.get("style") or "")[:2000].lower()
    if not sheet:
        return style
    declared = [sheet.get("*", ""), sheet.get(tag, "")]
    for name in (attributes.get("class") or "").lower().split()[:20]:
        declared += [sheet.get(f".{name}", ""), sheet.get(f"{tag}.{name}", "")]
    if identity := (attributes.get("id") or "").lower():
        declared += [sheet.get(f"#{identity}", ""), sheet.get(f"{tag}#{identity}", "")]
    return ";".join(filter(None, (*declared, style)))


def _values(style: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            values[name.strip()] = value.replace("!important", "").strip()
    return values


def _is_hidden(values: Mapping[str, str]) -> bool:
    if values.get("display") == "none" or values.get("visibility") in ("hidden", "collapse"):
        return True
    if values.get("mso-hide") == "all" or _is_zero(values.get("opacity")):
        return True
    if values.get("overflow", "").startswith(("hidden", "clip")) and any(
        _is_zero(values.get(side)) for side in ("height", "max-height", "width", "max-width")
    ):
        return True
    return any(_is_far_out(values.get(side, "")) for side in ("left", "top", "text-indent", "margin-left"))


def _is_zero(value: str | None) -> bool:
    match = _NUMBER.match(value) if value else None
    return match is not None and float(match[0]) == 0


def _is_far_out(value: str) -> bool:
    match = _NUMBER.match(value)
    return match is not None and float(match[0]) <= -500


def _is_tiny(size: str, inherited: bool) -> bool:
    match = _NUMBER.match(size)
    if match is None:
        return False
    if size.endswith(("px", "pt")) or float(match[0]) == 0:
        return float(match[0]) < _INVISIBLE_SIZE
    return inherited


def _colour(value: str, inherited: Colour | None) -> Colour | None:
    """Return the colour; what is not understood (gradients, names beyond the common) is unknown."""
    value = value.strip().lower()
    if value in ("", "inherit", "transparent", "none", "initial", "windowtext", "currentcolor", "auto"):
        return inherited
    if rgb := _RGB.search(value):
        if rgb[4] is not None and _is_zero(rgb[4]):
            return inherited
        return min(255, int(rgb[1])), min(255, int(rgb[2])), min(255, int(rgb[3]))
    for word in value.split():
        if match := _HEX.match(word):
            digits = match[1] if len(match[1]) > 3 else "".join(c * 2 for c in match[1])
            return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
        if word in _NAMED:
            return _NAMED[word]
    return None
