"""Languages of short and long mails, by words and by script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.parsers.knowledge import MailKnowledge
from mailbot.parsers.language import detect

SAMPLES = [
    ("en", "Could you send us pricing for Confluence Premium, 80 seats? Our client's site is acme.atlassian.net."),
    ("en", "Please add 20 users."),
    ("en", "Quote needed asap"),
    ("de", "Hallo, der Kunde möchte Jira um ein weiteres Jahr verlängern. Schicken Sie uns ein Angebot?"),
    ("de", "Bitte 50 Lizenzen, Premium."),
    ("de", "Können Sie das bis Freitag erledigen?"),
    ("fr", "Notre client souhaite passer à 200 utilisateurs, merci de nous envoyer le devis."),
    ("fr", "Voici l'adresse demandée."),
    ("es", "Necesitamos el presupuesto para renovar la suscripción de nuestro cliente."),
    ("es", "Son 40 usuarios, plan Premium."),
    ("pt", "Precisamos da cotação para renovar a assinatura do nosso cliente, são 40 usuários."),
    ("pt", "Seguem os dados solicitados."),
    ("pt", "Bom dia, gostaríamos de um orçamento para 30 utilizadores."),
    ("it", "Buongiorno, vorremmo un preventivo per il rinnovo di Jira per 30 utenti."),
    ("it", "Il cliente conferma 50 utenti, piano Premium."),
    ("nl", "Graag ontvangen wij een offerte voor de verlenging van Jira voor onze klant."),
    ("nl", "Het gaat om 25 gebruikers."),
    ("pl", "Dzień dobry, proszę o wycenę odnowienia subskrypcji dla naszego klienta."),
    ("cs", "Dobrý den, prosíme o cenovou nabídku pro našeho zákazníka na 50 uživatelů."),
    ("sk", "Dobrý deň, prosíme o cenovú ponuku pre nášho zákazníka na 50 používateľov."),
    ("hu", "Kérjük, küldjenek árajánlatot 50 felhasználóra."),
    ("ro", "Bună ziua, vă rugăm să ne trimiteți o ofertă pentru 50 de utilizatori."),
    ("sv", "Hej, vi behöver en offert för förnyelse av Jira för vår kund."),
    ("da", "Hej, vi ønsker et tilbud på fornyelse af Jira til vores kunde, og hvad bliver prisen?"),
    ("nb", "Hei, vi ønsker et tilbud på fornyelse av Jira for vår kunde, hva blir prisen?"),
    ("fi", "Hei, tarvitsemme tarjouksen Jiran uusimisesta asiakkaallemme."),
    ("tr", "Merhaba, müşterimiz için 50 kullanıcılı Jira teklifi rica ederiz."),
    ("hr", "Poštovani, molimo ponudu za obnovu pretplate za 50 korisnika. Tko je kontakt, gdje i kada?"),
    ("sl", "Pozdravljeni, prosimo za ponudbo za podaljšanje naročnine za našo stranko."),
    ("et", "Tere, palun saatke meile hinnapakkumine 50 kasutajale."),
    ("lv", "Labdien, lūdzu, nosūtiet piedāvājumu par abonementa atjaunošanu mūsu klientam."),
    ("lt", "Laba diena, prašome atsiųsti pasiūlymą dėl prenumeratos atnaujinimo mūsų klientui."),
    ("ca", "Bon dia, voldríem un pressupost per renovar la subscripció del nostre client."),
    ("id", "Selamat pagi, mohon dikirimkan penawaran harga untuk perpanjangan langganan pelanggan kami."),
    ("vi", "Xin chào, vui lòng gửi báo giá gia hạn cho khách hàng của chúng tôi."),
    ("ru", "Добрый день, просим коммерческое предложение на продление подписки."),
    ("uk", "Доброго дня, просимо надати комерційну пропозицію на продовження підписки."),
    ("bg", "Здравейте, моля за оферта за подновяване на абонамента на нашия клиент."),
    ("sr", "Поштовани, молимо понуду за обнову претплате нашег клијента."),
    ("el", "Καλημέρα, θα θέλαμε μια προσφορά για ανανέωση."),
    ("he", "שלום, נבקש הצעת מחיר לחידוש המנוי"),
    ("ar", "مرحبا، نرجو إرسال عرض أسعار لتجديد الاشتراك"),
    ("fa", "سلام، لطفاً پیش‌فاکتور تمدید اشتراک را برای ما بفرستید"),
    ("th", "สวัสดีครับ ขอใบเสนอราคาต่ออายุ"),
    ("hi", "नमस्ते, कृपया नवीनीकरण का कोटेशन भेजें"),
    ("ja", "お見積りをお願いします"),
    ("ja", "見積依頼"),
    ("ja", "更新見積依頼（Jira Standard 50名）"),
    ("ko", "견적 부탁드립니다"),
    ("ko", "Jira Standard 50명"),
    ("zh-Hans", "请报价，谢谢"),
    ("zh-Hans", "标准版，50个用户"),
    ("zh-Hant", "請報價，謝謝"),
    ("zh-Hant", "標準版，50個使用者"),
]


@pytest.mark.parametrize(("language", "text"), SAMPLES)
def test_the_language_of_a_mail(language: str, text: str, mail_knowledge: MailKnowledge) -> None:
    assert detect(text, mail_knowledge.languages) == language


@pytest.mark.parametrize(
    "text", ["", "50, Premium", "Jira: 50", "acme.atlassian.net", "SEN-1234567 50 -> 100", "a@b.example"]
)
def test_text_without_words_tells_no_language(text: str, mail_knowledge: MailKnowledge) -> None:
    assert detect(text, mail_knowledge.languages, ("de",)) is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [("見積", "ja"), ("見積", "zh-Hant"), ("人 50", "zh-Hans"), ("人 50", "zh-Hant"), ("年間契約", "ja")],
)
def test_han_that_several_languages_share_follows_the_hint(text: str, hint: str, mail_knowledge: MailKnowledge) -> None:
    assert detect(text, mail_knowledge.languages, (hint,)) == hint


def test_product_names_do_not_make_a_japanese_mail_english(mail_knowledge: MailKnowledge) -> None:
    text = "Jira Service Management Premium と Confluence Standard Data Center をお願いします"
    assert detect(text, mail_knowledge.languages) == "ja"


def test_an_english_mail_may_name_a_japanese_customer(mail_knowledge: MailKnowledge) -> None:
    text = "Please send us the renewal quote for our customer 株式会社青葉 (Aoba), they need the same plan as before."
    assert detect(text, mail_knowledge.languages) == "en"


@given(st.text(max_size=300))
def test_any_text_is_taken(mail_knowledge: MailKnowledge, text: str) -> None:
    detect(text, mail_knowledge.languages, ("ja",))
