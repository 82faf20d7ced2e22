"""The pages' templates: Jinja2, always escaped, with the words of the visitor's language."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from gettext import NullTranslations

from babel import Locale, UnknownLocaleError
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mailbot.console.words import ENGLISH, catalogues
from mailbot.replies.products import Products, load_products
from mailbot.resources import Resources

STATIC = "templates/console/static"
TOPICS = "templates/replies/topics"
TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of the look; `version` changes with its content."""

    content: bytes
    content_type: str
    version: str


class Templates:
    """The compiled templates, one environment for each language, the static files, and the topics with an answer."""

    def __init__(self, files: Resources) -> None:
        self.static = {
            name: _static(path.read_bytes(), name)
            for name, path in files.files(STATIC).items()
            if name.rpartition(".")[2] in TYPES
        }
        self.topics = tuple(sorted(name.removesuffix(".j2") for name in files.files(TOPICS, "*.j2")))
        loader = FileSystemLoader([str(folder) for folder in files.folders("templates/console")])
        products = load_products(files)
        self._environments = {
            code: _environment(code, loader, translations, products, self._address)
            for code, translations in catalogues(files).items()
        }

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the console, English first."""
        return (ENGLISH, *sorted(set(self._environments) - {ENGLISH}))

    def render(self, name: str, language: str, context: Mapping[str, object]) -> str:
        """Return the page in a language of `languages`."""
        return self._environments[language].get_template(name).render({**context, "language": language})

    def _address(self, name: str) -> str:
        return f"/static/{name}?{self.static[name].version}"


def _static(content: bytes, name: str) -> StaticFile:
    return StaticFile(content, TYPES[name.rpartition(".")[2]], hashlib.sha256(content).hexdigest()[:10])


def _environment(
    code: str, loader: FileSystemLoader, translations: NullTranslations, products: Products, address: object
) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]  # the extension's
    environment.globals["static"] = address
    environment.filters["own_name"] = lambda known: language_name(known, reader=known)
    environment.filters["language_name"] = partial(language_name, reader=code)
    environment.filters.update(amount=amount, cents=cents, moment=moment, product=products.name, plan=products.plan)
    return environment


def amount(value: Decimal) -> str:
    """Return an amount of money with grouped digits and two places."""
    return f"{value:,.2f}"


def cents(value: int) -> str:
    """Return an amount in cents likewise."""
    return amount(Decimal(value) / 100)


def moment(value: dt.datetime) -> str:
    """Return a moment in UTC to the minute."""
    return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M}"


def language_name(code: str, reader: str) -> str:
    """Return what the reader's language calls a language (BCP 47), the code itself when it has no word for it."""
    try:
        return Locale.parse(code, sep="-").get_display_name(reader.replace("-", "_")) or code
    except (UnknownLocaleError, ValueError):
        return code
