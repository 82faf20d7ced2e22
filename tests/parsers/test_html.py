"""What a person sees of an HTML mail."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.parsers.html import Marks, Rendered, render

MARKS = Marks(
    quote_classes=frozenset({"gmail_quote"}),
    history_ids=frozenset({"divrplyfwdmsg"}),
    signature_ids=frozenset({"signature"}),
)


def text_of(source: str) -> str:
    return render(source, MARKS).text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ('<p class="MsoNormal">one</p><p class="MsoNormal">&nbsp;</p><p class="MsoNormal">two</p>', "one\ntwo"),
        ("<div>one</div><div>two<br></div><div>three</div>", "one\ntwo\nthree"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("  one \n\t two&nbsp;three ", "one two three"),
        ("1<b>0</b>0<i></i> us<span>ers</span>", "100 users"),
        ("a<wbr>b&shy;c&#8203;d", "ab\u00adc\u200bd"),
        ("<ul><li>a</li><li><p>b</p></li></ul>", "- a\n\n- b"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ('<ol start="3"><li>a<ol><li>b</li></ol></li><li>c</li></ol>', "3. a\n1. b\n4. c"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<h1>Title</h1>text", "Title\n\ntext"),
        ("x<!-- hidden --><script>alert(1)</script><style>p{}</style>y", "xy"),
        ("&lt;a@b.example&gt; &amp; &#x5831;", "<a@b.example> & 報"),
        ("<title>no</title><body>yes", "yes"),
    ],
)
def test_blocks_are_lines_and_inline_elements_are_not(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<table><tr><th>Product</th><th>Users</th></tr>"
         "<tr><td>Jira</td><td>50</td></tr></table>", "Product\tUsers\nJira\t50"),
        ("<table><tr><td>Jira<br>Cloud</td><td><p>50</p></td></tr></table>", "Jira Cloud\t50"),
        ("<table><tr><td></td><td>50</td></tr><tr><td>a</td><td></td><td>b</td></tr></table>", "\t50\na\t\tb"),
        ("<table><tr><td colspan=2>Total</td><td>70</td></tr></table>", "Total\t\t70"),
        ("<table><tr><td><p>Dear team,</p><p>please quote.</p></td></tr></table>", "Dear team,\n\nplease quote."),
        ("<table><tr><td><table><tr><td>Jira</td><td>5</td></tr></table></td><td>x</td></tr></table>", "Jira\t5\nx"),
        ("before<table><tr><td>a</td><td>b</td></tr></table>after", "before\na\tb\nafter"),
        ("<table><tr><td><img src=x></td>"
         "<td>Jane Roe<br>Buyer<br>Acme<br>Tel 5</td></tr></table>", "Jane Roe\nBuyer\nAcme\nTel 5"),
    ],
)  # fmt: skip
def test_rows_of_data_are_lines_and_tables_for_layout_are_blocks(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">X</div>',
        '<div style="DISPLAY : NONE !important">X</div>',
        '<span style="visibility:hidden">X</span>',
        '<span style="font-size:0">X</span>',
        '<span style="font-size:1px;line-height:1px">X</span>',
        '<span style="color:#fff">X</span>',
        '<span style="color:white">X</span>',
        '<span style="color:rgb(254, 254, 254)">X</span>',
        '<font color="#FFFFFF">X</font>',
        '<table><tr><td bgcolor="#003366"><span style="color:#003366">X</span></td></tr></table>',
        '<div style="background:black"><p style="color:#000">X</p></div>',
        '<div style="opacity:0">X</div>',
        '<div style="max-height:0;overflow:hidden">X</div>',
        '<div style="width:0px;overflow:hidden">X</div>',
        '<div style="mso-hide:all">X</div>',
        '<div style="position:absolute;left:-9999px">X</div>',
        '<div style="text-indent:-9999px">X</div>',
        "<div hidden>X</div>",
        '<style>.preheader{display:none}</style><div class="preheader other">X</div>',
        "<style>span.p{font-size:0px}#q{color:#ffffff}</style><span class=p>X</span><i id=q>X</i>",
        '<div style="display:none"><b>X</b></div>',
        "<noscript>X</noscript><template>X</template>",
    ],
)
def test_what_nobody_sees_is_left_out(hidden: str) -> None:
    assert text_of(f"<p>seen {hidden}</p>end").replace("\n", " ").split() == ["seen", "end"]


@pytest.mark.parametrize(
    "shown",
    [
        '<div style="background:#003366"><span style="color:white">X</span></div>',
        '<table><tr><td bgcolor="navy"><font color="white">X</font></td></tr></table>',
        '<div style="background-image:url(x.png)"><span style="color:#fff">X</span></div>',
        '<span style="color:#888888">X</span>',
        '<span style="color:transparent;color:#111">X</span>',
        '<div style="overflow:hidden">X</div>',
        '<div style="line-height:0">X</div>',
        "<style>.a:hover{display:none} .b .c{display:none}</style><span class=a>X</span>",
        '<span style="font-size:10.5pt">X</span>',
    ],
)
def test_what_can_be_seen_is_kept(shown: str) -> None:
    page = render(shown, MARKS)
    assert page.text == "X"
    assert not page.has_hidden_text


def test_hidden_text_is_told_of() -> None:
    assert render('<p>a</p><div style="display:none">b</div>', MARKS).has_hidden_text


def test_a_link_covers_its_visible_text_and_names_the_target() -> None:
    wrapped = "https://eu01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example%2F&data=1"
    source = f'<li>Site: <a href="{wrapped}"> <b>acme</b> site</a></li>'
    page = render(source, MARKS)
    (link,) = page.links
    assert page.text[link.start : link.end] == "acme site"
    assert link.target == "https://acme.example/"


@pytest.mark.parametrize(
    "source",
    [
        '<p>new</p><div class="gmail_quote"><div>On .. wrote:</div><blockquote>old</blockquote></div>',
        "<p>new</p><blockquote type=cite>old</blockquote>",
        '<p>new</p><hr><div id="x_divRplyFwdMsg"><b>From:</b> a</div><div>old</div><p>older</p>',
    ],
)
def test_history_elements_are_marked(source: str) -> None:
    page = render(source, MARKS)
    assert all("new" not in page.text[start:end] for start, end in page.quotes)
    assert any("old" in page.text[start:end] for start, end in page.quotes)


@pytest.mark.parametrize("attributes", ["", ' style="margin:0 0 0 40px;border:none"'])
def test_an_indented_paragraph_is_no_quotation(attributes: str) -> None:
    assert render(f"<blockquote{attributes}>Jira, 50 users</blockquote>", MARKS).quotes == ()


def test_a_signature_element_is_marked() -> None:
    page = render("<div>text</div><div id=Signature><p>Jane</p></div>", MARKS)
    assert [page.text[start:end] for start, end in page.signatures] == ["Jane"]


BOMBS = [
    "<div>", "<a ", "<b>x", "<table><tr><td>", "<ul><li>", "<p>x", "<span style='color:red'>x</span>", "<blockquote>",
    "<", "<!--",
    "<style>", "&", "&#", "<td>x", "<svg>", "<a href=x>", "<font color=red>", "<li>x", "<br>", "]]>", "<h1><p>",
]  # fmt: skip


@pytest.mark.parametrize("fragment", BOMBS)
def test_a_megabyte_of_anything_takes_under_two_seconds(fragment: str) -> None:
    source = fragment * (1_000_000 // len(fragment))
    started = time.process_time()
    render(source, MARKS)
    assert time.process_time() - started < 2


@given(
    st.lists(
        st.sampled_from([*BOMBS, "text ", "</div>", "</td>", "</a>", "</table>", "\n", "<img>", "<o:p>"]), max_size=30
    )
)
def test_offsets_always_lie_in_the_text(fragments: list[str]) -> None:
    page: Rendered = render("".join(fragments), MARKS)
    for start, end in [*page.quotes, *page.signatures, *((link.start, link.end) for link in page.links)]:
        assert 0 <= start < end <= len(page.text)
