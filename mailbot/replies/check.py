"""Finds what is wrong with templates and catalogues before a reseller does: syntax, names, placeholders, glyphs."""

import re
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract
from jinja2 import TemplateError, TemplateSyntaxError

from mailbot.domain.errors import MailbotError
from mailbot.replies.glyphs import missing_glyphs
from mailbot.replies.locales import FALLBACK, Language, read_catalogue
from mailbot.replies.preview import SAMPLES, preview_sample
from mailbot.replies.render import Renderer
from mailbot.replies.templates import Templates
from mailbot.resources import Resources

_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s)?")
_KEYWORDS = {"_": None, "ngettext": (1, 2)}
_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}


@dataclass(frozen=True, slots=True)
class _Said:
    """A translation, all of its plural forms, and the file and line where it stands."""

    where: str
    texts: tuple[str, ...]


def problems(render: Renderer) -> tuple[str, ...]:
    """Return what is wrong, each as one line that names file, place and reason; empty when all is well."""
    found = tuple(_syntax(render.files))
    return found or (*_words(render), *_renderings(render))


def template_words(files: Resources) -> dict[tuple[str, ...], Path]:
    """Return the words of the templates: (text,) or (singular, plural), with a file that says them."""
    words: dict[tuple[str, ...], Path] = {}
    for path in files.files("templates", "*.j2").values():
        with path.open("rb") as source:
            for _, message, _, _ in extract("jinja2.ext:babel_extract", source, _KEYWORDS, options=_OPTIONS):
                words.setdefault((message,) if isinstance(message, str) else tuple(message), path)
    return words


def _syntax(files: Resources) -> Iterator[str]:
    environment = Templates(files).text
    for path in files.files("templates", "*.j2").values():
        try:
            environment.parse(path.read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            yield f"{path}, line {error.lineno}: {error.message}"
        except UnicodeDecodeError:
            yield f"{path}: is not written in UTF-8"


def _words(render: Renderer) -> Iterator[str]:
    words = template_words(render.files)
    for language in render.languages.values():
        said = {} if language.tag != FALLBACK else {message[0]: _Said("templates", message) for message in words}
        for path in reversed(language.catalogues):
            said.update(_entries(path, language))
        whole = language.catalogues[0] if language.catalogues else f"templates/locales/{language.tag}/messages.po"
        for message in words:
            one = said.get(message[0], _Said(str(whole), ()))
            yield from (f"{one.where}: {trouble}" for trouble in _word(message, one.texts, render.files))


def _word(message: tuple[str, ...], translations: Sequence[str], files: Resources) -> Iterator[str]:
    if not translations:
        yield f'"{message[0]}" is not translated'
    for translated in translations:
        if not _same_placeholders(message, translated):
            yield f'"{translated}" has other placeholders than "{message[-1]}"'
        if missing := missing_glyphs(translated, files):
            yield f'"{translated}" needs glyphs that templates/fonts lacks: {" ".join(sorted(missing))}'


def _entries(path: Path, language: Language) -> dict[str, _Said]:
    """Return the finished translations of a catalogue by their English text."""
    entries: dict[str, _Said] = {}
    for message in read_catalogue(path, language.locale):
        if message.id and message.string and not message.fuzzy:
            key = message.id if isinstance(message.id, str) else message.id[0]
            texts = (message.string,) if isinstance(message.string, str) else tuple(message.string)
            entries[key] = _Said(f"{path}, line {message.lineno}", texts)
    return entries


def _same_placeholders(message: tuple[str, ...], translated: str) -> bool:
    wanted, found = (set(_PLACEHOLDER.findall(text)) for text in (message[-1], translated))
    # "one thing" may do without its number.
    return found == wanted or (len(message) > 1 and found | {"count"} == wanted)


def _renderings(render: Renderer) -> Iterator[str]:
    for name in SAMPLES:
        try:
            preview_sample(render, name, FALLBACK)
        except (TemplateError, TypeError, ValueError, KeyError) as error:
            yield f"{_place(error, render.files)}: {error}"
        except MailbotError as error:
            yield str(error)


def _place(error: Exception, files: Resources) -> str:
    """Return file and line of the template that raised the error (Jinja2 puts templates into the traceback)."""
    folders = tuple(str(folder) for folder in files.folders("templates"))
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(folders)]
    return f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else "templates"
