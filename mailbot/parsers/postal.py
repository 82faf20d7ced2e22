"""Postal addresses: where one ends, which country it is in, and whether it is whole (policy section 2, field rules)."""

import re
from dataclasses import dataclass

from mailbot.parsers.fold import fold
from mailbot.parsers.lexicon import Gazetteers

_US = re.compile(r"\b([A-Z]{2})\.?,?\s+\d{5}(?:-\d{4})?\b")
_CANADA = re.compile(r"\b([A-Z]{2}),?\s+[A-Z]\d[A-Z]\s?\d[A-Z]\d\b")
_PREFECTURE = re.compile(r"(?:北海道|東京都|京都府|大阪府|[一-鿿]{2,3}県)")
_CITY_STATES = frozenset({"SG", "HK", "MO"})
_PROVINCES = (  # as unmistakable as a Japanese prefecture
    (
        "KR",
        re.compile(
            r"(?:서울|부산|대구|인천|광주|대전|울산|세종)(?:특별|광역)?(?:자치)?시"
            r"|[가-힣]{2,3}(?:특별자치)?도\s[가-힣]+[시군]"
        ),
    ),
    (
        "CN",
        re.compile(
            r"[一-鿿]{2,3}省[一-鿿]{2,6}[市州县]|(?:北京|上海|天津|重庆)市"
            r"|(?:广西|内蒙古|宁夏|新疆|西藏)[一-鿿]{0,6}自治区"
        ),
    ),
    ("TW", re.compile(r"(?:[臺台][北中南]|新北|桃園|高雄)市|[一-鿿]{2}縣[一-鿿]{2,3}[市鄉鎮]")),
)
_DIGIT = "[0-9０-９]"
_HYPHEN = "[-‐‑−－]"
_NUMBERED = re.compile(  # the houses, floors and postcodes of East Asia, whose numbers count nobody
    rf"〒\s?{_DIGIT}{{3}}{_HYPHEN}?{_DIGIT}{{4}}"
    r"|(?:北海道|東京都|京都府|大阪府|[一-鿿]{2,3}県)[^\s、。，,:：0-9０-９]{0,12}[市区町村郡][^\s、。，,:：0-9０-９]{0,14}"
    rf"{_DIGIT}+(?:(?:{_HYPHEN}{_DIGIT}+)+|(?:丁目|番地?|号)(?:{_DIGIT}|{_HYPHEN}|丁目|番地?|号)*)"
    rf"(?:[ 　]?[^\s、。，,:：0-9０-９]{{0,12}}{_DIGIT}+(?:階|号室|[FＦ](?![a-z])))?"
    rf"|[路街道巷弄段]\s?{_DIGIT}+[号號弄巷](?:[^\s、。，,]{{0,12}}?{_DIGIT}+[室楼樓层層])?"
    r"|(?:특별시|광역시|자치시|[가-힣]시)\s[^,.\n0-9]{0,24}[로길]\s?[0-9]+(?:-[0-9]+)?(?:,?\s?[0-9]+[층호])?"
)
_STREET = re.compile(
    r"[\d０-９一二三四五六七八九十]|p\.?\s?o\.?\s?box|postfach|apartado|boite postale|casilla", re.IGNORECASE
)
_CITY_CJK = re.compile(r"[市區区縣县郡町村都]|시|구|군|특별|광역")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """An address as written, with its country (ISO 3166-1 alpha-2) and, for the US and Canada, its region."""

    text: str
    country: str
    region: str | None


def read_address(text: str, gazetteers: Gazetteers) -> PostalAddress | None:
    """Return the address, or None when street, city or country is not there."""
    plain = " ".join(text.split()).strip(" ,;:，。：、-–")
    country = find_country(plain, gazetteers)
    if country is None or not _STREET.search(plain) or len(plain) < 8:
        return None
    code, start, end = country
    rest = plain[:start] + plain[end:]
    parts = [p for p in re.split(r"[,，、\s/]+", rest) if re.search(r"[^\W\d]", p)]
    cjk = len(re.findall(r"[぀-鿿가-힯]", rest)) >= 6 or (_CITY_CJK.search(rest) and re.search(r"[぀-鿿가-힯]", rest))
    if not cjk and len(parts) < (1 if code in _CITY_STATES else 2):
        return None
    return PostalAddress(text=plain, country=code, region=_region(plain, code, gazetteers))


def numbered_places(text: str) -> list[tuple[int, int]]:
    """Return where a text writes the house, the floor or the postcode of an address in East Asia."""
    return [m.span() for m in _NUMBERED.finditer(text)]


def find_country(text: str, gazetteers: Gazetteers) -> tuple[str, int, int] | None:
    """Return (code, start, end) of the country that a text names, or that a US ZIP or a prefecture proves."""
    folded = fold(text)
    found: list[tuple[int, int, str]] = []
    for m in re.finditer(r"[^\W\d_]+(?:[ .'-]+[^\W\d_]+){0,4}\.?", folded):
        words = [
            (w.start() + m.start(), w.end() + m.start()) for w in re.finditer(r"[^\W\d_]+(?:\.[^\W\d_]+)*\.?", m[0])
        ]
        for i in range(len(words)):
            for j in range(i, min(i + 5, len(words))):
                start, end = words[i][0], words[j][1]
                for stop in (end, end - 1):
                    code = gazetteers.countries.get(folded[start:stop])
                    if code and not (stop - start == 2 and not text[start:stop].isupper()):
                        found.append((start, stop, code))
                        break
    for name, code in _unspaced(gazetteers):
        at = folded.find(name)
        if at >= 0:
            found.append((at, at + len(name), code))
    if found:
        start, end, code = max(found, key=lambda f: (f[1] == len(folded.rstrip(" .,;")), f[1] - f[0] > 2, f[1]))
        return code, start, end
    us, canada, prefecture = _US.search(text), _CANADA.search(text), _PREFECTURE.search(text)
    if us and f"US-{us[1]}" in gazetteers.regions.values():
        return "US", us.end(), us.end()
    if canada and f"CA-{canada[1]}" in gazetteers.regions.values():
        return "CA", canada.end(), canada.end()
    if prefecture:
        return "JP", 0, 0
    for code, pattern in _PROVINCES:
        if pattern.search(text):
            return code, 0, 0
    return None


def _unspaced(gazetteers: Gazetteers) -> list[tuple[str, str]]:
    return [(n, c) for n, c in gazetteers.countries.items() if "\u3040" <= n < "\ua000" or "가" <= n < "\ud7b0"]


def _region(text: str, country: str, gazetteers: Gazetteers) -> str | None:
    if country not in ("US", "CA"):
        return None
    m = (_US if country == "US" else _CANADA).search(text)
    known = set(gazetteers.regions.values())
    if m and f"{country}-{m[1]}" in known:
        return m[1]
    folded = fold(text)
    names = [(folded.rfind(n), c) for n, c in gazetteers.regions.items() if c.startswith(country) and n in folded]
    if names:
        return max(names)[1].partition("-")[2]
    codes = [w for w in re.findall(r"\b[A-Z]{2}\b", text) if f"{country}-{w}" in known]
    return codes[-1] if codes else None
