"""The document: paper, fonts, glyph forms, and customers' text that stays text."""

import json
from dataclasses import replace

import pypdfium2
import pytest

from mailbot.domain.errors import InputError, SetupError
from mailbot.domain.quote import Quote
from mailbot.replies.document import step_end, term_days
from mailbot.replies.glyphs import missing_glyphs
from mailbot.replies.pdf import QuotePrinter
from mailbot.replies.render import Renderer
from mailbot.replies.samples import sample_quote
from mailbot.resources import resources
from tests.replies.conftest import LANGUAGES


@pytest.fixture
def quote(render: Renderer) -> Quote:
    return sample_quote(render.languages["en"].sample)


def printed(render: Renderer, quote: Quote, language: str = "en", country: str | None = None) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(render.document(quote, render.languages[language], country=country))


@pytest.mark.parametrize(("country", "width"), [("US", 612), ("CA", 612), ("MX", 612), ("DE", 595), ("JP", 595)])
def test_paper_follows_the_resellers_country(render: Renderer, quote: Quote, country: str, width: int) -> None:
    assert int(printed(render, quote, country=country)[0].get_width()) == width


def test_many_lines_flow_on_and_payment_stays_on_page_1(render: Renderer, quote: Quote) -> None:
    document = printed(render, replace(quote, lines=quote.lines * 12))

    first = document[0].get_textpage().get_text_bounded()
    last = document[len(document) - 1].get_textpage().get_text_bounded()
    assert len(document) > 1
    assert "Harbour Bank" in first
    assert "Product" in last
    assert f"Page {len(document)} of {len(document)}" in last


@pytest.mark.parametrize("height", range(1, 8))
def test_no_page_ends_between_a_line_and_its_calculation(render: Renderer, quote: Quote, height: int) -> None:
    tall = replace(quote.reseller, billing_address="\n".join(f"line {number}" for number in range(height)))
    document = printed(render, replace(quote, lines=quote.lines[:1] * 8, reseller=tall, replaces=None, replaced=None))

    for page in document:
        text = page.get_textpage().get_text_bounded()
        assert text.count("Jira Standard") == text.count("× 146 / 365")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_short_quote_is_one_page_in_every_language(render: Renderer, language: str) -> None:
    assert len(printed(render, sample_quote(render.languages[language].sample), language)) == 1


def test_a_revision_shows_what_changed(render: Renderer, quote: Quote) -> None:
    text = " ".join(printed(render, quote)[0].get_textpage().get_text_bounded().split())

    assert "What has changed since Q-2026-00318/1" in text
    assert "Jira Standard · 70 users · USD 1,310.00 Standard · 80 users · USD 2,620.00" in text
    assert "Jira Service Management — Premium · 25 agents · USD 5,750.00" in text
    assert (
        "What has changed"
        not in printed(render, replace(quote, replaces=None, replaced=None))[0].get_textpage().get_text_bounded()
    )


def test_customers_text_is_inert(render: Renderer, quote: Quote) -> None:
    text = '#let x = 1 $x^2$ *b* "q" \\ <a> @ref'
    hostile = replace(quote, customer=replace(quote.customer, company=text))

    assert text in printed(render, hostile)[0].get_textpage().get_text_bounded()


def test_a_character_without_glyph_is_refused(render: Renderer, quote: Quote) -> None:
    foreign = replace(quote, customer=replace(quote.customer, company="\u1820\u1821"))

    with pytest.raises(InputError, match=r"customer lines: .* U\+1820|U\+1820"):
        render.document(foreign, render.languages["en"])


def test_an_emoji_in_a_name_is_left_out(render: Renderer, quote: Quote) -> None:
    cheerful = replace(quote, customer=replace(quote.customer, company="Meridian \U0001f680 Logistics\ufe0f"))

    assert "Meridian Logistics" in " ".join(printed(render, cheerful)[0].get_textpage().get_text_bounded().split())


def test_glyphs_of_our_scripts_are_there() -> None:
    text = "Žižka Łódź Ølgæð İstanbul Đặng Ελλάδα Київ 骨直角 誤差 關係 関係 关系 견적서 ｶﾅ カナ （）「」〒 — – × − €"

    assert missing_glyphs(text, resources()) == set()
    assert missing_glyphs("a\u1820b", resources()) == {"\u1820"}


def test_japanese_is_set_with_japanese_glyphs_and_chinese_with_chinese_ones(render: Renderer) -> None:
    def picture(language: str, region: str) -> bytes:
        layout = f'#set text(font: "Noto Sans CJK JP", lang: "{language}", region: "{region}")\n骨直誤角'
        assert render.printer is not None
        pages = render.printer._compiler.compile(layout.encode(), format="svg")
        return pages if isinstance(pages, bytes) else b"".join(pages or ())

    pictures = {picture(*tag) for tag in (("ja", "JP"), ("zh", "CN"), ("zh", "TW"))}
    assert len(pictures) == 3


def test_the_same_data_prints_the_same_bytes(render: Renderer, quote: Quote) -> None:
    english = render.languages["en"]
    first = render.document(quote, english)
    render.document(replace(quote, number="Q-2026-00319"), english)

    assert render.document(quote, english) == first


def test_a_logo_is_found_in_the_operators_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    overlay = tmp_path_factory.mktemp("overlay")
    folder = overlay / "templates" / "quote"
    folder.mkdir(parents=True)
    (folder / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="3"/>')

    printer = QuotePrinter(resources(overlay), "logo.svg")

    with pytest.raises(SetupError, match="number"):
        printer(json.dumps({"title": "x"}))  # reads the data, misses the number
    with pytest.raises(SetupError, match=r"templates/quote/none\.svg"):
        QuotePrinter(resources(overlay), "none.svg")


def test_a_co_term_that_raises_the_tier_shows_both_ends(quote: Quote) -> None:
    upgrade = quote.lines[0]
    prorated = replace(upgrade.steps[0], annual_before=None, days=275)
    both = replace(upgrade, start=upgrade.end, steps=(prorated, upgrade.steps[0]))

    assert step_end(both, both.steps[0]) == both.end
    assert (both.start - step_end(both, both.steps[1])).days == 1
    assert term_days(upgrade) == 146
    assert term_days(quote.lines[1]) == 365
