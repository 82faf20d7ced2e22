"""What companies' names look like, whoever bears them."""

import re

from mailbot.parsers.legal import legal_forms
from mailbot.parsers.lexicon import Gazetteers

CJK = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
CJK_LEGAL = re.compile(
    r"(?:株式会社|有限会社|合同会社|（株）|\(株\)|㈱|주식회사|\(주\)|㈜)\s?[^\s、。，,.「」()（）/／:：\n]{1,20}"
    r"|[^\s、。，,.：:「」|｜/／\n\t]{2,24}?(?:株式会社|有限会社|合同会社|股份有限公司|有限责任公司|有限公司|集团公司|주식회사|\(주\)|㈜)"
)
PHONE = re.compile(r"\d{3,}|@|www\.|https?:", re.IGNORECASE)
CAPITAL = r"(?:[A-ZÀ-Þ][\w'’&.-]*|&)"
PARTICLES = "de|du|des|del|do|da|dos|das|di|della|dello|dei|degli|delle|la|las|los|von|of|und|and|et|y|e"
CAPITALISED = re.compile(rf"{CAPITAL}(?:[ ](?:{CAPITAL}|(?:{PARTICLES})\b)){{0,5}}")


def has_legal_form(text: str, gazetteers: Gazetteers) -> bool:
    """Whether a name carries a company's legal form."""
    return legal_forms(gazetteers.legal_forms).in_name(text)


def clean(text: str) -> str:
    return " ".join(text.split()).strip(" ,;:*-–—")
