"""The questions of the form in our mails, as they are printed: what the reader of answers looks for."""

from collections.abc import Callable, Iterator

from jinja2 import Environment

from mailbot.parsers.form import Form, Question
from mailbot.replies.context import EXAMPLE_DATE
from mailbot.replies.locales import Language, closest, languages
from mailbot.replies.products import Products, load_products
from mailbot.replies.templates import Templates
from mailbot.replies.understood import Gap, ToldLine
from mailbot.resources import Resources

FIELDS = (
    "reseller.name",
    "reseller.email",
    "reseller.billing_address",
    "customer.name",
    "customer.email",
    "customer.billing_address",
    "authorized_contact.name",
    "authorized_contact.email",
    "site",
    "lines",
    "target_end_date",
)
LINE_FIELDS = ("line.product", "line.plan", "line.users")
POSITIONS = 20
"""Questions about lines further down than this are read by the general means alone."""


def forms(files: Resources) -> Callable[[str], Form]:
    """Return a function from a BCP 47 tag to the form in the language that fits it best; each is made once."""
    environment, products, known = Templates(files).text, load_products(files), languages(files)
    made: dict[str, Form] = {}

    def form(tag: str) -> Form:
        language = closest(tag, known)
        if language.tag not in made:
            made[language.tag] = Form(form_questions(environment, products, language))
        return made[language.tag]

    return form


def form_questions(environment: Environment, products: Products, language: Language) -> tuple[Question, ...]:
    """Return every question that our mails may ask in this language, with the templates and texts in force."""
    formats = language.formats
    known = {
        "translations": language.translations,
        "products": products,
        "number": formats.number,
        "date": formats.date,
        "example_date": EXAMPLE_DATE,
    }
    words = environment.get_template("replies/fields.j2").make_module(known)
    label, example = (language.translations.gettext(text) for text in ("%(label)s:", "(for example %(example)s)"))
    return tuple(
        Question(
            label=label % {"label": str(words.question(gap)).strip()},  # type: ignore[attr-defined]  # macros of the template
            example=example % {"example": str(words.example(gap)).strip()},  # type: ignore[attr-defined]
            field=gap.field,
            product=gap.line.product if gap.line else None,
            position=gap.position,
        )
        for gap in _gaps(products)
    )


def _gaps(products: Products) -> Iterator[Gap]:
    for field in FIELDS:
        yield Gap(field)
    for field in LINE_FIELDS:
        yield Gap(field)
        yield from (Gap(field, ToldLine(product, None, None)) for product in products.names)
        yield from (Gap(field, None, position) for position in range(1, POSITIONS + 1))
