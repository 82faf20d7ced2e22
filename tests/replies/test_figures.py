"""The figures in text, HTML, document and data are those of the one quote."""

import re
from collections import Counter
from decimal import Decimal

import pypdfium2
import pytest

from mailbot.domain.outgoing import ReplyKind
from mailbot.domain.quote import Quote
from mailbot.domain.recomputing import mistakes
from mailbot.replies.preview import preview, preview_sample
from mailbot.replies.quote_json import read_signed_json
from mailbot.replies.render import Renderer
from mailbot.replies.samples import sample_quote
from mailbot.replies.variants import VARIANTS
from tests.replies.conftest import LANGUAGES, data_of, html_of, pdf_of

_AMOUNT = re.compile(r"(?<![\d.])\d{1,3}(?:[.,\u00a0 ]\d{3})*[.,]\d\d(?![\d.])")

RATE = {Decimal("0.20")}  # of the sample's tax


def amounts(text: str) -> Counter[Decimal]:
    """Return the amounts that a text names, whatever separators its language has."""
    digits = (re.sub(r"\D", "", found) for found in _AMOUNT.findall(text))
    return Counter(Decimal(number) / 100 for number in digits)


def expected(quote: Quote) -> set[Decimal]:
    """Return every amount that a reader must find."""
    steps = [step for line in quote.lines for step in line.steps]
    named = {quote.subtotal, quote.total, *(line.amount for line in quote.lines)}
    named |= {quote.tax.amount} if quote.tax else set()
    named |= {quote.replaced.total, *(line.amount for line in quote.replaced.lines)} if quote.replaced else set()
    named |= {s.amount for s in steps}
    return named | {s.annual for s in steps} | {s.annual_before for s in steps if s.annual_before is not None}


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_html_document_and_data_name_the_quotes_amounts_and_no_others(render: Renderer, language: str) -> None:
    message = preview(render, ReplyKind.QUOTE, language)
    wanted = expected(sample_quote(render.languages[language].sample))

    assert set(amounts(message.text)) == wanted
    assert set(amounts(re.sub(r"<[^>]+>", " ", html_of(message)))) == wanted
    assert set(amounts(text_of(pdf_of(message)))) == wanted
    assert {Decimal(text) for text in re.findall(r'"(\d+\.\d\d)"', data_of(message).decode())} - RATE == wanted
    assert read_signed_json(data_of(message)).quote == sample_quote(render.languages[language].sample)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_calculation_is_shown(render: Renderer, language: str) -> None:
    message = preview(render, ReplyKind.QUOTE, language)

    for text in (message.text, html_of(message), text_of(pdf_of(message))):
        assert re.search(r"146.*365|365.*146", text)
        assert re.search(r"×\s+146\s+/\s+365\s+=\s+2.620.00", text)


def test_the_document_says_who_what_until_when_and_from_where(render: Renderer) -> None:
    text = text_of(pdf_of(preview(render, ReplyKind.QUOTE, "en")))

    for words in (
        "Q-2026-00318/2", "Replaces Q-2026-00318/1", "Brightwater Solutions Ltd", "14 Quay Street",
        "Meridian Logistics plc",
        "2 Dock Road", "sample-customer.atlassian.net", "SEN-0000001", "Owen Hughes", "5 December 2026",
        "Jira Standard",
        "Jira Service Management Premium", "VAT 20%", "United Kingdom", "5–7 business days", "up to 2 weeks",
        "7–14 business days", "Net-30", "from the day of payment", "refund within 30 days", "Harbour Bank",
        "price list 2026-10", "policy 2026-07-01", "Page 1 of 1",
    ):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize("kind", [ReplyKind.QUOTE, ReplyKind.REMINDER])
def test_no_line_of_the_html_breaks_within_the_quotes_number(render: Renderer, kind: ReplyKind) -> None:
    html = html_of(preview(render, kind, "en")).partition("<body")[2]

    assert re.findall(r'(?<!nowrap;">)Q-2026-00318', html) == []


QUOTES = [name for name, variant in VARIANTS.items() if variant.kind is ReplyKind.QUOTE]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", QUOTES)
def test_every_variant_of_a_quote_adds_up_and_names_the_same_amounts_everywhere(
    render: Renderer, name: str, language: str
) -> None:
    quote = VARIANTS[name].decision(language, render.languages[language].sample).quote
    message = preview_sample(render, name, language)

    assert quote is not None
    assert mistakes(quote) == ()
    assert set(amounts(message.text)) == expected(quote)
    assert set(amounts(re.sub(r"<[^>]+>", " ", html_of(message)))) == expected(quote)
    assert set(amounts(text_of(pdf_of(message)))) == expected(quote)
    assert read_signed_json(data_of(message)).quote == quote
