"""Bytes without a label in one of the sets for Latin letters: the language of the text tells which."""

import pytest

from mailbot.parsers.knowledge import MailKnowledge
from mailbot.parsers.western import likely

TURKISH = "Merhaba, müşterimiz için 50 kullanıcılı Jira yenileme teklifi rica ediyoruz. İyi günler, Şebnem Yıldırım"
POLISH = "Dzień dobry, proszę o ofertę dla klienta Urząd Miasta: 50 użytkowników Jira. Pozdrawiam, Łukasz Żuraw"
SPANISH = "Buenos días, necesitamos una cotización para 50 usuarios. Gracias, Begoña Peña"
PORTUGUESE = "Prezados, favor cotar a renovação para 50 usuários. Obrigado, Débora Magalhães"
FRENCH = "Bonjour, merci de nous faire un devis pour 50 utilisateurs. 5 rue du Rhône, Genève. Cordialement"
GERMAN = "Guten Tag, bitte um ein Angebot für 50 Benutzer. Mit freundlichen Grüßen, Jürgen"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (TURKISH, "iso8859_9"),
        (TURKISH, "cp1254"),
        ("Eksik bilgiler: Jira Standard\nYetkili kişi Gülşah. İyi günler, Çağla Yıldırım", "cp1254"),
        (POLISH, "iso8859_2"),
        (POLISH, "cp1250"),
        (SPANISH, "cp1252"),
        (PORTUGUESE, "iso8859_15"),
        (FRENCH, "cp1252"),
        (GERMAN, "cp1252"),
    ],
)
def test_the_letters_of_the_language_tell_the_set(text: str, codec: str, mail_knowledge: MailKnowledge) -> None:
    data = text.encode(codec)
    found = likely(data, mail_knowledge.languages)
    assert found is not None
    assert data.decode(found) == text


@pytest.mark.parametrize(
    "data",
    [
        b"plain ASCII",
        TURKISH.encode(),
        "お見積りをお願いいたします。Jira please".encode("cp932"),
        "您好，请报价：标准版五十个用户，谢谢。".encode("gb18030"),
        "Предложение для клиента".encode("koi8_r"),
        b"\x80\xff\x00",
        b"",
    ],
)
def test_what_is_in_another_kind_of_set_is_not_judged(data: bytes, mail_knowledge: MailKnowledge) -> None:
    assert likely(data, mail_knowledge.languages) is None
