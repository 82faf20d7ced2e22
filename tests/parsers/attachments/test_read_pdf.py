"""PDF documents: what stands on one line of the page stays on one line."""

import pytest
import typst
from office_files import attached
from pdf_files import file_of, pdf

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments import read

ENCRYPTED = f"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{'41' * 32}>/U<{'42' * 32}>>>/ID[<00><00>]"


def text_of(content: bytes) -> str:
    found = read(attached(content, "order.pdf", "application/pdf"))
    assert found.part is not None, found.unreadable
    return found.part.text


def test_cells_of_a_row_stay_on_one_line_whatever_their_order_in_the_file():
    page = [(50, 700, "Product"), (50, 680, "Jira Cloud"), (300, 700, "Users"), (300, 681, "50"), (50, 720, "Request")]
    assert text_of(pdf([page])) == "Request\nProduct\tUsers\nJira Cloud\t50"


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "续订申请单：产品"), ("ja", "見積依頼書　製品プラン"), ("ko", "견적요청서")]
)
def test_east_asian_text_has_no_spaces_inside(language, words):
    page = [(50, 700, words), (50, 680, "数量"), (200, 680, "50")]
    assert text_of(pdf([page], language)) == f"{words}\n数量\t50"


def test_a_space_between_the_names_of_a_person_is_kept():
    assert text_of(pdf([[(50, 700, "担当者： 佐藤 大輔")]], "ja")) == "担当者： 佐藤 大輔"


def test_many_spaces_separate_columns():
    assert text_of(pdf([[(50, 700, "Jira Cloud          50")]])) == "Jira Cloud\t50"


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_turned_page_is_read_as_it_is_shown(rotate):
    upright = {  # where the page's two columns and two lines have to stand to be upright after the turn
        90: [(100, 50, "a"), (100, 300, "b"), (120, 50, "c"), (120, 300, "d")],
        180: [(500, 100, "a"), (200, 100, "b"), (500, 120, "c"), (200, 120, "d")],
        270: [(300, 700, "a"), (300, 400, "b"), (280, 700, "c"), (280, 400, "d")],
    }[rotate]
    assert text_of(pdf([upright], rotate=rotate)) == "a\tb\nc\td"


def test_text_beside_the_page_or_too_small_to_see_is_not_read():
    page = [(50, 700, "seen"), (900, 700, "beside"), (50, -100, "below"), (50, 660, "Tj ET BT /F1 1 Tf (tiny")]
    content = pdf([page]).replace(b"(Tj ET BT /F1 1 Tf \\(tiny)", b"() Tj ET BT /F1 1 Tf (tiny )")
    assert b"(tiny )" in content
    assert text_of(content) == "seen"


def test_a_set_table_has_its_columns():
    source = b"""#table(columns: 4, [No.], [Product], [Plan], [Users], [1], [Jira Service Management], [Standard], [50],
        [2], [Confluence], [Premium], [1,200])"""
    assert text_of(typst.compile(source)).splitlines() == [
        "No.\tProduct\tPlan\tUsers",
        "1\tJira Service Management\tStandard\t50",
        "2\tConfluence\tPremium\t1,200",
    ]


def test_a_cell_of_several_lines_stays_in_its_row():
    source = b"""#table(columns: (30pt, 75pt, 80pt, 60pt), [1], [Jira Service Management], [Standard], [50],
        [2], [Confluence], [Premium plan for all users], [20])"""
    assert text_of(typst.compile(source)).splitlines() == [
        "1\tJira Service Management\tStandard\t50",
        "2\tConfluence\tPremium plan for all users\t20",
    ]


def test_a_line_below_a_table_is_no_part_of_it():
    source = b"#table(columns: 3, stroke: none, [1], [Jira], [50])\nPlease answer by Friday."
    assert text_of(typst.compile(source)).splitlines() == ["1\tJira\t50", "Please answer by Friday."]


def test_prose_has_no_tabs_even_when_justified():
    text = text_of(typst.compile(b"#set par(justify: true)\n#lorem(80)"))
    assert text.startswith("Lorem ipsum dolor sit amet")
    assert "\t" not in text


def test_pages_are_separated_and_those_beyond_the_limit_noted():
    found = read(attached(pdf([[(50, 700, f"page {n}")] for n in range(52)]), "long.pdf"))
    assert found.part is not None
    assert found.part.text.startswith("page 0\n\npage 1\n\n")
    assert found.part.text.endswith("page 49")
    assert found.notes == ("2 pages after the first 50 were not read",)


def test_values_of_form_fields_are_read():
    form = file_of(
        [
            "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/DA(/Helv 10 Tf)>>>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Annots[4 0 R]>>",
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(users)/V(50 users)/Rect[100 700 300 720]/F 4/AP<</N 5 0 R>>>>",
            "<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1 6 0 R>>>>/Length 38>>stream\n"
            "BT /F1 10 Tf 2 5 Td (50 users) Tj ET  \nendstream",
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ]
    )
    assert text_of(form) == "50 users"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (pdf([[(50, 700, "x")]], trailer=ENCRYPTED), Unreadable.ENCRYPTED),
        (pdf([[]]), Unreadable.NO_TEXT),
        (b"%PDF-1.7\nnothing of the kind", Unreadable.CORRUPT),
        (file_of(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"]), Unreadable.NO_TEXT),
    ],
)
def test_what_gives_no_text_says_why(content, why):
    assert read(attached(content, "order.pdf")).unreadable is why
