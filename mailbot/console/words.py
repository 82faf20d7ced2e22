"""The console's own words: gettext catalogues in `templates/console/locales/<code>.po`, English being the key."""

from collections.abc import Mapping, Sequence
from gettext import NullTranslations
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import Translations

from mailbot.domain.errors import SetupError
from mailbot.resources import Resources

ENGLISH = "en"
FOLDER = "templates/console/locales"


def catalogues(files: Resources) -> Mapping[str, NullTranslations]:
    """Return the translations by language, English among them; SetupError for a catalogue that cannot be read."""
    found: dict[str, NullTranslations] = {ENGLISH: NullTranslations()}
    for name, path in files.files(FOLDER, "*.po").items():
        compiled = BytesIO()
        try:
            with path.open("rb") as source:
                write_mo(compiled, read_po(source, locale=name.removesuffix(".po").replace("-", "_")))
        except (PoFileError, ValueError) as error:
            raise SetupError(f"{path}: no gettext catalogue: {error}") from error
        compiled.seek(0)
        found[name.removesuffix(".po")] = Translations(compiled)
    return found


def wanted_language(accepted: str, known: Sequence[str]) -> str:
    """Return the language that fits an Accept-Language header best (RFC 9110, 12.5.4), English when none does."""
    weighed: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), tag))
        except ValueError:
            continue
    for _, tag in sorted(weighed, key=lambda pair: -pair[0]):
        primary, *rest = tag.split("-")
        if primary.lower() == "zh" and not {"Hant", "TW", "HK", "MO"}.isdisjoint(rest):
            continue
        if (code := next((c for c in known if c.split("-")[0] == primary.lower()), None)) is not None:
            return code
    return ENGLISH
