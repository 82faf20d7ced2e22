"""Short texts that set a pattern to work: literals and examples of the pattern's own parts."""

import re
from collections.abc import Iterable
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_CATEGORIES = {
    constants.CATEGORY_DIGIT: "1",
    constants.CATEGORY_SPACE: " ",
    constants.CATEGORY_WORD: "a",
    constants.CATEGORY_NOT_DIGIT: "a",
    constants.CATEGORY_NOT_SPACE: "a",
    constants.CATEGORY_NOT_WORD: "-",
}
_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT)
_MOST = 3


def fragments_of(pattern: re.Pattern[Any], limit: int) -> list[str]:
    """Return up to `limit` fragments, those of whole branches before those of single characters."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    found: dict[str, None] = {}
    _example(parser.parse(text, pattern.flags & ~re.UNICODE), found)
    return sorted(filter(None, found), key=lambda fragment: (-len(fragment), fragment))[:limit]


def _example(sequence: Iterable[tuple[Any, Any]], found: dict[str, None]) -> str:
    """Return a text that the sequence matches, more or less, and note it and those of its parts."""
    text = "".join(_of_node(kind, value, found) for kind, value in sequence)
    found[text] = None
    return text


def _of_node(kind: Any, value: Any, found: dict[str, None]) -> str:
    if kind is constants.LITERAL:
        return chr(value)
    if kind is constants.IN:
        return _of_set(value, found)
    if kind in _REPEATS:
        least, _, inner = value
        return _example(inner, found) * min(max(least, 1), _MOST)
    if kind is constants.SUBPATTERN:
        return _example(value[-1], found)
    if kind is constants.ATOMIC_GROUP:
        return _example(value, found)
    if kind is constants.BRANCH:
        examples = [_example(branch, found) for branch in value[1]]
        return examples[0]
    if kind in (constants.ASSERT, constants.ASSERT_NOT):
        _example(value[1], found)
        return ""
    return "x" if kind in (constants.ANY, constants.NOT_LITERAL) else ""


def _of_set(members: Iterable[tuple[Any, Any]], found: dict[str, None]) -> str:
    chars = []
    for kind, value in members:
        if kind is constants.LITERAL:
            chars.append(chr(value))
        elif kind is constants.RANGE:
            chars.append(chr(value[0]))
        elif kind is constants.CATEGORY:
            chars.append(_CATEGORIES[value])
        else:
            return next(char for char in "xa1 .-" if char not in {chr(v) for k, v in members if k is constants.LITERAL})
    found.update(dict.fromkeys(chars))
    return chars[0]
