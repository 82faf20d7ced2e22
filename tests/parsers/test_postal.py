"""Postal addresses: whole ones, and their numbers, which count nobody."""

import datetime as dt
from pathlib import Path

import pytest

from mailbot.domain.message import TextPart
from mailbot.parsers.layout import lay_out
from mailbot.parsers.lexicon import Knowledge, load_knowledge
from mailbot.parsers.postal import read_address
from mailbot.parsers.requests.addresses import find_addresses
from mailbot.parsers.scan import scan

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge(CONFIG)


@pytest.mark.parametrize(
    ("language", "text", "numbers"),
    [
        ("ja", "請求先住所は〒460-0008 愛知県名古屋市中区栄2丁目10番19号です。", []),
        ("ja", "〒100-0005 東京都千代田区丸の内1-8-2 第三ビル7階、50ユーザー", [50]),
        ("ja", "東京都の区役所で50ユーザー", [50]),
        ("zh-Hans", "上海市浦东新区世纪大道88号A座1203室，中国，100个用户", [100]),
        ("zh-Hant", "臺北市信義區松仁路100號12樓，臺灣", []),
        ("ko", "서울특별시 강남구 테헤란로 152, 12층, 대한민국 200명", [200]),
    ],
)
def test_house_numbers_and_postcodes_count_nobody(
    language: str, text: str, numbers: list[int], knowledge: Knowledge
) -> None:
    marked = scan(TextPart(name="body", text=text), 1, language, knowledge, dt.date(2026, 11, 24))
    assert [n.value for n in marked.numbers if not n.spelled] == numbers


@pytest.mark.parametrize(("text", "country"), [("ул. Абая, д. 52, 050008 Алматы, Казахстан", "KZ")])
def test_countries_by_the_names_that_mails_use(text: str, country: str, knowledge: Knowledge) -> None:
    address = read_address(text, knowledge.gazetteers)
    assert address is not None
    assert address.country == country


@pytest.mark.parametrize(
    ("language", "text", "addresses"),
    [
        (
            "pl",
            "Adres rozliczeniowy klienta: ul. Długa 5/3, 31-147 Kraków, Polska\n"
            "Adres rozliczeniowy sprzedawcy: ul. Marszałkowska 84, 00-514 Warszawa, Polska",
            [
                ("customer", "ul. Długa 5/3, 31-147 Kraków, Polska"),
                ("reseller", "ul. Marszałkowska 84, 00-514 Warszawa, Polska"),
            ],
        ),
        (
            "ru",
            "Адрес клиента для выставления счёта: Невский проспект, д. 88, 191025 Санкт-Петербург, Россия\n"
            "Наш платёжный адрес: ул. Ленина, д. 15, офис 204, 620014 Екатеринбург, Россия",
            [
                ("customer", "Невский проспект, д. 88, 191025 Санкт-Петербург, Россия"),
                ("reseller", "ул. Ленина, д. 15, офис 204, 620014 Екатеринбург, Россия"),
            ],
        ),
        (
            "ko",
            "고객사 청구지 주소: 서울특별시 강남구 테헤란로 152, 12층, 대한민국. "
            "저희 청구지 주소는 부산광역시 해운대구 센텀중앙로 79, 대한민국입니다.",
            [
                ("customer", "서울특별시 강남구 테헤란로 152, 12층, 대한민국"),
                ("reseller", "부산광역시 해운대구 센텀중앙로 79, 대한민국"),
            ],
        ),
        (
            "tr",
            "Müşterinin fatura adresi: Kızılay Mah. Gazi Sokak No: 12, 06420 Ankara, Türkiye. "
            "Fatura adresimiz: Atatürk Caddesi No: 45, 34384 Şişli/İstanbul, Türkiye.",
            [
                ("customer", "Kızılay Mah. Gazi Sokak No: 12, 06420 Ankara, Türkiye"),
                ("reseller", "Atatürk Caddesi No: 45, 34384 Şişli/İstanbul, Türkiye"),
            ],
        ),
        (
            "pt",
            "Endereço de cobrança do cliente: Rua da Prata 52, 1100-420 Lisboa,\nPortugal\n"
            "Endereço de faturamento do revendedor: Rua das Palmeiras, 310, 01310-100\n São Paulo, Brasil\n"
            "Produto: Confluence",
            [
                ("customer", "Rua da Prata 52, 1100-420 Lisboa, Portugal"),
                ("reseller", "Rua das Palmeiras, 310, 01310-100 São Paulo, Brasil"),
            ],
        ),
        (
            "zh-Hant",
            "客戶帳單地址：臺北市信義區松仁路100號12樓，臺灣\n我方帳單地址：香港九龍觀塘道388號",
            [("customer", "臺北市信義區松仁路100號12樓，臺灣"), ("reseller", "香港九龍觀塘道388號")],
        ),
    ],
)
def test_two_addresses_and_whose_each_is(
    language: str, text: str, addresses: list[tuple[str, str]], knowledge: Knowledge
) -> None:
    marked = scan(TextPart(name="body", text=text), 1, language, knowledge, dt.date(2026, 11, 24))
    found = find_addresses(marked, lay_out(marked, [(0, len(text))]), (), knowledge.gazetteers)
    assert [(a.owner, a.address.text) for a in found] == addresses
