"""What a language's tables lack beside the English ones, and what in them cannot be read (docs/languages.md)."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any  # what TOML holds is checked by use

from mailbot.domain.errors import SetupError
from mailbot.parsers.lexicon import load_lexicon
from mailbot.parsers.phrases import Phrases

OPTIONAL = "products"
"""A table that only languages with spellings of their own have."""

_TABLES_OF_WORDS = ("numbers", "dates")  # their tables map words to values: the words are not compared


def check_languages(config: Path) -> list[str]:
    """Return one line for each thing that is missing, empty, unknown or unreadable; nothing when all are whole."""
    return [line for folder in languages(config) for line in check_language(config, folder.name)]


def check_language(config: Path, code: str) -> list[str]:
    """Return what is wrong with one language's `lexicon.toml`, a line each, told by its dotted key.

    What English leaves empty may be empty everywhere; what else a language has no words for stands in its
    `language.without`.
    """
    path = config / "languages" / code / "lexicon.toml"
    english, own = entries(_read(config / "languages" / "en" / "lexicon.toml")), entries(_read(path))
    without = set(own.get("language.without", ()))
    found = [f"{key} is missing" for key in english if key not in own and not _is_optional(key)]
    found += [f"{key} is empty" for key in own if english.get(key) and not own[key] and key not in without]
    found += [f"{key} is unknown" for key in own if key not in english and not _is_optional(key)]
    found += [f"language.without names {key}, which is filled" for key in sorted(without) if own.get(key)]
    found += _unreadable(path.parent)
    return [f"{code}: {line}" for line in found]


def languages(config: Path) -> list[Path]:
    """Return the folders of all languages, in the order of their codes."""
    return sorted(path.parent for path in (config / "languages").glob("*/lexicon.toml"))


def entries(data: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return the tables flat: dotted keys in their order, lists and tables of words as they are."""
    flat: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, Mapping) and above.rstrip(".") not in _TABLES_OF_WORDS:
            flat |= entries(value, f"{above}{key}.")
        else:
            flat[above + key] = value
    return flat


def _is_optional(key: str) -> bool:
    return key.startswith(f"{OPTIONAL}.") or key == "language.without" or key.endswith(".hinted")


def _unreadable(folder: Path) -> Iterator[str]:
    try:
        lexicon = load_lexicon(folder)
    except SetupError as error:
        yield str(error)
        return
    for pattern in lexicon.patterns:
        try:
            Phrases([pattern])
        except (ValueError, IndexError) as error:
            yield f"{pattern[0]}: {pattern[2]!r} cannot be read: {error}"


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"{path}: {error}") from error
