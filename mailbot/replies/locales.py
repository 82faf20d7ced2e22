"""The languages of the replies: folders of `templates/locales/`, each with its gettext catalogue.

`locale.toml` in a folder names the CLDR locale and how the document is set; `messages.po` holds the words. English
is the language of the templates, its catalogue may be missing. An operator's catalogue is laid over the shipped one,
text by text.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import Translations

from mailbot.domain.errors import SetupError
from mailbot.replies.formats import Formats
from mailbot.resources import Resources

FALLBACK = "en"

_SCRIPT_OF_REGION = {"TW": "zh-Hant", "HK": "zh-Hant", "MO": "zh-Hant"}


@dataclass(frozen=True)
class Language:
    """A language that replies are written in. Its words and formats are read when they are first needed."""

    tag: str  # BCP 47, the folder's name
    locale: str  # CLDR
    region: str  # ISO 3166-1, chooses glyph forms in the document
    fonts: tuple[str, ...]  # families for the mail's HTML, most wanted first
    catalogues: tuple[Path, ...] = field(repr=False)  # the operator's first
    sample: Mapping[str, str] = field(repr=False)  # people of the preview

    @cached_property
    def formats(self) -> Formats:
        """How the language writes amounts, dates and lists."""
        return Formats(self.locale)

    @cached_property
    def translations(self) -> NullTranslations:
        """The words of the language; SetupError for a catalogue that cannot be read."""
        merged: NullTranslations = NullTranslations()
        for path in reversed(self.catalogues):
            compiled = BytesIO()
            write_mo(compiled, read_catalogue(path, self.locale))
            compiled.seek(0)
            upper = Translations(compiled)
            upper.add_fallback(merged)
            merged = upper
        return merged


def languages(files: Resources) -> Mapping[str, Language]:
    """Return the languages by tag, from the folders; SetupError for a folder without a usable locale.toml."""
    tags = {path.split("/")[0] for path in files.files("templates/locales", "locale.toml")}
    return {tag: _language(files, tag) for tag in sorted(tags)}


def closest(tag: str, known: Mapping[str, Language]) -> Language:
    """Return the language that fits a BCP 47 tag best, English when none does.

    Chinese goes by its script (`zh-TW` is written in Traditional characters), all others by their primary subtag.
    """
    primary, *rest = tag.replace("_", "-").split("-")
    wanted = tag
    if primary.lower() == "zh" and "Hans" not in rest and "Hant" not in rest:
        wanted = next((_SCRIPT_OF_REGION[part] for part in rest if part in _SCRIPT_OF_REGION), "zh-Hans")
    for candidate in sorted(known, key=len):
        if wanted == candidate or wanted.startswith(candidate + "-"):
            return known[candidate]
    return next((known[t] for t in known if t.split("-")[0] == primary.lower()), known[FALLBACK])


def read_catalogue(path: Path, locale: str) -> Catalog:
    """Return a gettext catalogue; SetupError naming file, line and reason when it is no PO file."""
    try:
        with path.open("rb") as source:
            return read_po(source, locale=locale, abort_invalid=True)
    except PoFileError as error:
        raise SetupError(f"{path}, line {error.lineno + 1}: {error.args[0]}: {error.line}") from error
    except ValueError as error:
        raise SetupError(f"{path}: no gettext catalogue: {error}") from error


def _language(files: Resources, tag: str) -> Language:
    folder = f"templates/locales/{tag}"
    path = files.find(f"{folder}/locale.toml")
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        return Language(
            tag=tag,
            locale=entries["locale"],
            region=entries["region"],
            fonts=tuple(entries.get("fonts", ())),
            sample=entries.get("sample", {}),
            catalogues=tuple(po for root in files.folders(folder) if (po := root / "messages.po").is_file()),
        )
    except (KeyError, ValueError) as error:
        raise SetupError(f"{path}: needs `locale` and `region` as text: {error}") from error
