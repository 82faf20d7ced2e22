"""Word, OpenDocument and rich text documents, web pages and attached mails."""

import pytest
from office_files import attached, docx, opendocument, paragraph, table

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments import read

WORDS = ["Angebot für Müller", "请报价", "見積依頼", "견적 요청"]


def text_of(content: bytes, filename: str) -> str:
    found = read(attached(content, filename))
    assert found.part is not None, found.unreadable
    return found.part.text


def run(properties: str, text: str) -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


class TestWord:
    @pytest.mark.parametrize("words", WORDS)
    def test_paragraphs_and_table_rows_are_lines(self, words):
        body = paragraph(words[:2], words[2:]) + table(["Jira", "50"], ["", "x"]) + paragraph("end")
        assert text_of(docx(body), "q.docx") == f"{words}\nJira\t50\n\tx\nend"

    def test_headers_come_first_once_and_footers_last(self):
        more = {
            "word/header1.xml": f"<w:hdr>{paragraph('Contoso GmbH')}</w:hdr>",
            "word/header2.xml": f"<w:hdr>{paragraph('Contoso GmbH')}</w:hdr>",
            "word/footer1.xml": f"<w:ftr>{paragraph('HRB 1')}</w:ftr>",
        }
        assert text_of(docx(paragraph("body"), more), "q.docx") == "Contoso GmbH\nbody\nHRB 1"

    @pytest.mark.parametrize(
        "unseen",
        [
            "<w:del><w:r><w:delText>10</w:delText></w:r></w:del>",
            "<w:moveFrom><w:r><w:t>10</w:t></w:r></w:moveFrom>",
            run("<w:vanish/>", "10"),
            run('<w:sz w:val="2"/>', "10"),
            run('<w:color w:val="FFFFFF"/>', "10"),
            "<w:r><w:instrText>HYPERLINK</w:instrText></w:r>",
        ],
    )
    def test_what_is_taken_back_or_hidden_is_no_text(self, unseen):
        body = f"<w:p>{unseen}<w:ins><w:r><w:t>20</w:t></w:r></w:ins></w:p>"
        assert text_of(docx(body), "q.docx") == "20"

    def test_hidden_text_is_noted(self):
        found = read(attached(docx(f"<w:p>{run('<w:vanish/>', '10')}</w:p>{paragraph('x')}"), "q.docx"))
        assert found.notes == ("hidden text",)

    def test_white_text_on_a_coloured_ground_is_shown(self):
        white = run('<w:color w:val="FFFFFF"/>', "white")
        cell, shaded = f"<w:tc><w:p>{white}</w:p></w:tc>", f"<w:p><w:pPr><w:shd/></w:pPr>{white}</w:p>"
        assert text_of(docx(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>{shaded}"), "q.docx") == "white\nwhite"

    def test_hidden_switched_off_is_shown(self):
        body = "<w:p>" + run('<w:vanish w:val="0"/>', "20") + "</w:p>"
        assert text_of(docx(body), "q.docx") == "20"

    def test_tabs_breaks_and_hyphens_are_kept(self):
        body = "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r></w:p>"
        assert text_of(docx(body), "q.docx") == "a\tb\nc-d"

    def test_a_cell_is_one_line_and_a_wide_cell_leaves_its_columns(self):
        wide = f'<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{paragraph("a")}{paragraph("b")}</w:tc>'
        body = f"<w:tbl><w:tr>{wide}<w:tc>{paragraph('c')}</w:tc></w:tr></w:tbl>"
        assert text_of(docx(body), "q.docx") == "a b\t\tc"

    def test_a_text_box_is_read_once(self):
        box = f"<w:txbxContent>{paragraph('in the box')}</w:txbxContent>"
        body = (
            "<w:p><w:r><mc:AlternateContent xmlns:mc='urn:mc'><mc:Choice>"
            f"{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent><w:t>before</w:t></w:r></w:p>"
        )
        assert text_of(docx(body), "q.docx") == "before\nin the box"

    def test_content_controls_are_transparent(self):
        cells = [f"<w:tc>{paragraph(text)}</w:tc>" for text in "ab"]
        row = f"<w:tr><w:sdt><w:sdtContent>{cells[0]}</w:sdtContent></w:sdt>{cells[1]}</w:tr>"
        assert text_of(docx(f"<w:tbl><w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt></w:tbl>"), "q.docx") == "a\tb"

    def test_a_document_of_pictures_has_no_text(self):
        found = read(attached(docx("<w:p/>", {"word/media/image1.png": "x"}), "scan.docx"))
        assert found.unreadable is Unreadable.NO_TEXT


class TestOpenDocumentText:
    @pytest.mark.parametrize("words", WORDS)
    def test_paragraphs_tables_and_spaces(self, words):
        cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
        body = (
            f"<text:h>{words}</text:h><text:p>a<text:tab/>b<text:s text:c='2'/>c<text:line-break/>d</text:p>"
            f"<table:table><table:table-row>{cell.format('Jira')}{cell.format('50')}</table:table-row></table:table>"
        )
        assert text_of(opendocument(body, "text"), "q.odt") == f"{words}\na\tb  c\nd\nJira\t50"

    def test_deleted_text_is_no_text(self):
        body = (
            "<text:tracked-changes><text:p>10</text:p></text:tracked-changes><text:p>20<office:annotation>"
            "<text:p>note</text:p></office:annotation></text:p>"
        )
        assert text_of(opendocument(body, "text"), "q.odt") == "20"

    def test_an_encrypted_document_is_told_by_its_manifest(self):
        content = opendocument("<text:p>x</text:p>", "text", manifest="<manifest><encryption-data/></manifest>")
        assert read(attached(content, "q.odt")).unreadable is Unreadable.ENCRYPTED


class TestRichText:
    @pytest.mark.parametrize(
        ("charset", "number", "words"),
        [
            ("cp932", 128, "見積依頼 表"),
            ("gb18030", 134, "请报价"),
            ("cp950", 136, "報價單"),
            ("cp949", 129, "견적"),
            ("cp1251", 204, "счёт"),
        ],
    )
    def test_bytes_are_read_in_the_charset_of_their_font(self, charset, number, words):
        escaped = "".join(f"\\'{b:02x}" for b in words.encode(charset))
        fonts = rf"{{\fonttbl{{\f0 Arial;}}{{\f1\fcharset{number} G;}}}}"
        source = rf"{{\rtf1\ansi\ansicpg1252{fonts}\f0 a\f1 {escaped}\f0\par b}}"
        assert text_of(source.encode(), "q.rtf") == f"a{words}\nb"

    def test_unicode_replaces_its_stand_ins(self):
        source = rb"{\rtf1\uc1\u35211?\u31309\'3f {\uc2\u-10179??\u-8704??}}"
        assert text_of(source, "q.rtf") == "見積 😀"

    def test_cells_are_tabs_and_rows_are_lines(self):
        assert text_of(rb"{\rtf1\trowd Jira\cell 50\cell\row\pard end\par}", "q.rtf") == "Jira\t50\nend"

    def test_tables_of_fonts_hidden_and_deleted_text_are_not_shown(self):
        source = rb"{\rtf1{\stylesheet Normal;}{\*\generator W;}{\info{\title T}}{\v hidden}{\deleted gone}{\v0 shown}}"
        assert text_of(source, "q.rtf") == "shown"


class TestMailsAndPages:
    @pytest.mark.parametrize("charset", ["utf-8", "gb18030", "shift_jis"])
    def test_a_page_says_its_charset(self, charset):
        page = f'<html><head><meta charset="{charset}"></head><body><p>数量 50</p></body></html>'
        assert text_of(page.encode(charset), "q.html") == "数量 50"

    def test_rows_of_a_page_have_tabs(self):
        page = "<table border=1><tr><td>Jira</td><td>50</td></tr><tr><td>Confluence</td><td>20</td></tr></table>"
        assert text_of(page.encode(), "q.htm") == "Jira\t50\nConfluence\t20"

    def test_an_attached_mail_gives_subject_and_body(self):
        mail = "Subject: =?utf-8?B?6KaL56mN?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n50 名\r\n".encode()
        found = read(attached(mail, "order.eml", "message/rfc822"))
        assert found.part is not None
        assert found.part.text == "見積\n\n50 名\n"

    def test_an_attached_mail_in_html_keeps_its_links_in_place(self):
        mail = b'Subject: S\nContent-Type: text/html\n\n<p>see <a href="https://acme.example/x">here</a></p>'
        part = read(attached(mail, None, "message/rfc822")).part
        assert part is not None
        assert [part.text[link.start : link.end] for link in part.links] == ["here"]
