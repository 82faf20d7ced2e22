"""Text under right, wrong and missing character sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.parsers.charset import decode, language_hint

JAPANESE = "お見積りをお願いいたします。株式会社青葉物流の担当者です。"
CHINESE = "您好，请报价：标准版五十个用户，谢谢。"
TRADITIONAL = "您好，請報價：標準版五十個使用者，謝謝。"
KOREAN = "안녕하세요, 견적 부탁드립니다. 사용자 오십 명입니다."
GERMAN = "Grüße aus München, für 50 Benutzer – äöüß €"


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        (JAPANESE, "iso2022_jp", "ISO-2022-JP"),
        (JAPANESE, "cp932", "Shift_JIS"),
        (JAPANESE + "①㈱髙", "cp932", "shift-jis"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE, "gb18030", "GBK"),
        (TRADITIONAL, "cp950", "big5"),
        (TRADITIONAL + "嘅", "big5hkscs", "big5"),
        (KOREAN, "cp949", "ks_c_5601-1987"),
        (KOREAN + "뷁", "cp949", "euc-kr"),
        (GERMAN, "cp1252", "iso-8859-1"),
        (GERMAN, "cp1252", "us-ascii"),
        (GERMAN, "utf-8", "utf8"),
        (GERMAN, "utf-16", "utf-16"),
        ("Wysłano ofertę", "iso8859_2", "iso-8859-2"),
        ("Предложение", "koi8_r", "koi8-r"),
    ],
)
def test_declared_sets_as_mail_programs_mean_them(text: str, codec: str, declared: str) -> None:
    assert decode(text.encode(codec), declared) == (text, None)


@pytest.mark.parametrize(
    "declared", [None, "us-ascii", "iso-8859-1", "gb2312", "x-unknown", "no such set", "shift_jis"]
)
@pytest.mark.parametrize("text", [JAPANESE, CHINESE, KOREAN, GERMAN])
def test_bytes_that_are_utf8_are_utf8_whatever_was_declared(text: str, declared: str | None) -> None:
    assert decode(text.encode(), declared)[0] == text


@pytest.mark.parametrize(
    ("text", "codec"), [(JAPANESE, "cp932"), (CHINESE, "gb18030"), (KOREAN, "cp949"), (TRADITIONAL, "cp950")]
)
def test_undeclared_bytes_are_guessed_and_the_doubt_is_told(text: str, codec: str) -> None:
    decoded, defect = decode((text * 4).encode(codec), None)
    assert decoded == text * 4
    assert defect is not None
    assert "guessed" in defect


def test_a_short_text_without_declaration_is_still_guessed() -> None:
    assert decode("안녕하세요, 담당자는 김하은입니다.".encode("cp949"), None)[0] == "안녕하세요, 담당자는 김하은입니다."


def test_an_iso_2022_jp_mail_without_declaration_is_read() -> None:
    assert decode(JAPANESE.encode("iso2022_jp"), None)[0] == JAPANESE


def test_utf8_that_a_gateway_encoded_twice_is_undone() -> None:
    assert decode("für Müller, Grüße".encode().decode("cp1252").encode(), "utf-8")[0] == "für Müller, Grüße"


def test_a_character_cut_at_the_end_does_not_spoil_the_rest() -> None:
    text, defect = decode(CHINESE[:-1].encode("utf-8")[:-1], "utf-8")
    assert text.startswith(CHINESE[:-2])
    assert defect is not None


@pytest.mark.parametrize("declared", ["base64", "hex", "rot13", "\x00", "a" * 500, "idna", "undefined", "utf-7"])
@given(data=st.binary(max_size=200))
def test_any_bytes_under_any_label_give_text(declared: str, data: bytes) -> None:
    text, _ = decode(data, declared)
    text.encode("utf-8", "surrogatepass")


def test_the_character_set_hints_at_the_language() -> None:
    assert language_hint(["utf-8", "ISO-2022-JP"]) == "ja"
    assert language_hint([None, "utf-8"]) is None
