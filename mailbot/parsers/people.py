"""Persons' names: recognised by grammar, surname lists and what stands beside them, never guessed from a company's."""

import itertools
import re
from collections.abc import Iterable, Sequence

from mailbot.parsers.fold import fold
from mailbot.parsers.legal import legal_forms
from mailbot.parsers.lexicon import Knowledge, Lexicon
from mailbot.parsers.scan import Scan, Span

_LETTER = r"[^\W\d_぀-ヿ㐀-鿿가-힯]"
_TOKEN = re.compile(rf"(?:['’](?=t ))?{_LETTER}+(?:['’‘.\-‐‑]{_LETTER}+)*\.?")
_SKIP = re.compile(r"[\s:：,，、\-–—|*>/(（<\[【·・ªº]+")
_HAN = "一-鿿㐀-䶿々"
_KANA = "ぁ-ゖァ-ヺー"
_HANGUL = "가-힣"
_CJK_RUN = re.compile(f"[{_HAN}{_KANA}{_HANGUL}]")
_ZH_STOP = "的和与與在是于於为為邮郵电電她他有及或让請请会會要把将將从從，。、 （(先女小经經总總老"
_JA_NAME = re.compile(f"([{_HAN}]{{1,4}})[ 　]([{_HAN}{_KANA}]{{1,4}})(?![{_HAN}{_KANA}](?<![様さ氏殿と宛]))")
_TWO_SCRIPTS = re.compile(
    rf"([A-Za-z][A-Za-z .'-]+?)\s+([{_HAN}{_HANGUL}]{{2,5}})|([{_HAN}{_HANGUL}]{{2,5}})\s+[A-Za-z .'-]+"
)
_ORGANISATION = re.compile(r"(?:銀行|会社|商会|商店|大学|病院|電機|物流|営業|課|部)$")
_KO_PARTICLE = re.compile(r"(?:은|는|이|가|인|의|로|님)$")
_KO_AFTER = (
    r"\s|$|[^가-힣]|입니다|이라|라고|이고|이며|은|는|이|가|을|를|의|에게|께|과|와"  # and what a lexicon calls a title
)


def name_at(scan: Scan, start: int, end: int, knowledge: Knowledge) -> Span | None:
    """Return the full name that a stretch begins with, after titles and punctuation, or None."""
    position = start
    for _ in range(6):
        skipped = _SKIP.match(scan.text, position, end)
        position = skipped.end() if skipped else position
        step = _honorific_before(scan, position, end)
        if step == position:
            break
        position = step
    if position >= end:
        return None
    cjk = _CJK_RUN.match(scan.text[position])
    name = (
        _cjk_name(scan, position, end, knowledge)
        if cjk
        else _latin_name(scan, position, end, knowledge.gazetteers.particles)
    )
    return None if name is None or _is_company(scan, name, knowledge) else name


def _is_company(scan: Scan, name: Span, knowledge: Knowledge) -> bool:
    """Whether what looks like a name is a company's, or the beginning of one's."""
    forms = legal_forms(knowledge.gazetteers.legal_forms)
    if not _CJK_RUN.match(name.value):
        behind = scan.text[name.end : forms.end_after(scan.folded, name.end)].strip(" ,.")
        whole = scan.text[name.start : name.end + 1].rstrip(" ,")
        return forms.written_in(whole) or (bool(behind) and (not behind.islower() or "." in behind))
    word = re.compile(f"[{_HAN}{_KANA}{_HANGUL}]+").match(scan.text, name.start)
    rest = scan.text[name.end : word.end()] if word else ""
    for ending in knowledge.gazetteers.organisations:
        at = scan.text.find(ending, name.start + 1, name.end + len(rest))
        if at - name.start >= 0 and at < name.end < at + len(ending):
            return True
    stop = forms.end_after(scan.folded, name.end)
    if stop > name.end:
        follows = scan.text[stop : stop + 1]
        return scan.text[name.end] != " " or not _CJK_RUN.match(follows)
    run = re.split(f"[{_ZH_STOP}]", rest)[0][:16] if re.match(f"[{_HAN}]", rest) else ""
    return bool(run) and not re.search(f"[{_KANA}]", run) and forms.in_name(run)


def name_before(scan: Scan, start: int, end: int, knowledge: Knowledge) -> Span | None:
    """Return the last full name in a stretch (what stands before an address), or None."""
    found: Span | None = None
    for m in re.finditer(rf"[{_HAN}{_KANA}{_HANGUL}]|[^\W\d_]+(?:['’.\-][^\W\d_]+)*", scan.text[start:end]):
        position = start + m.start()
        if found is not None and position < found.end:
            continue
        candidate = name_at(scan, position, end, knowledge)
        if candidate is not None and candidate.start == position:
            found = candidate
    return found


def spelled_like(scan: Scan, start: int, end: int, address: str, knowledge: Knowledge) -> Span | None:
    """Return the name in a stretch that is what the address is made of, however it is written ("anke brandt").

    Capitals are put where names have them; nothing is taken from the address itself.
    """
    local = [_bare(p) for p in re.split(r"[^a-z]+", fold(address.partition("@")[0])) if p]
    if len(local) < 2:
        return None
    tokens = list(_TOKEN.finditer(scan.text, start, end))
    for first in range(len(tokens)):
        for count in range(2, min(len(tokens) - first, 5) + 1):
            words = tokens[first : first + count]
            gaps = (scan.text[a.end() : b.start()] for a, b in itertools.pairwise(words))
            if any(gap != " " for gap in gaps):
                break
            bare = [_bare(scan.folded[w.start() : w.end()]) for w in words]
            initial = len(local) == 2 and len(local[0]) == 1 and bare[0][:1] == local[0] and bare[1:] == local[1:]
            if initial or "".join(bare) == "".join(local):
                at, stop = words[0].start(), words[-1].end()
                return Span(at, stop, _in_capitals(scan.text[at:stop], knowledge.gazetteers.particles))
    return None


def _bare(word: str) -> str:
    """Return the letters of a word, umlauts written with or without their `e` alike."""
    return re.sub("(?<=[aou])e", "", "".join(re.findall(r"[^\W\d_]", word)))


def _in_capitals(name: str, particles: frozenset[str]) -> str:
    words = name.split(" ")
    return " ".join(
        w
        if w in particles and 0 < i < len(words) - 1
        else re.sub(r"[^\W\d_]+", lambda m: m[0][0].upper() + m[0][1:], w)
        for i, w in enumerate(words)
    )


def header_name(display: str | None, email: str, knowledge: Knowledge) -> str | None:
    """Return the person's full name of a From display name; None for roles, companies and single names."""
    if not display:
        return None
    name = re.split(r"(?<!\s)\s*+[(（\[|｜/]", display, maxsplit=1)[0].strip(" '\"")
    name = re.split(r"(?<!\s)\s++(?:via|-|–|@)\s", name, maxsplit=1)[0]
    if "," in name:
        last, _, first = name.partition(",")
        if len(first.split()) in (1, 2) and not _is_legal(first, knowledge):
            name = f"{first.strip()} {last.strip()}"
    name = _without_honorifics(name, knowledge)
    both = _TWO_SCRIPTS.fullmatch(name)
    if both:  # one name in two scripts: the native one
        name = both[2] or both[3]
    if name and (is_person(name, email, knowledge) or _is_rare_name(name, email, knowledge)):
        return name
    local = fold(email.partition("@")[0])
    if name.islower() and any(len(w) > 2 and w in local for w in fold(name).split()):  # who writes without capitals
        written = _in_capitals(name, knowledge.gazetteers.particles)
        return written if is_person(written, email, knowledge) else None
    return None


def _is_rare_name(name: str, email: str, knowledge: Knowledge) -> bool:
    """Whether two or three Han characters are a person whose surname no list has: the mailbox is no role's."""
    lexicons = knowledge.lexicons.values()
    words = {w for x in lexicons for w in x.role_words}
    local = set(re.findall(r"[a-z]+", email.partition("@")[0].lower()))
    organisation = name.endswith(knowledge.gazetteers.organisations) or any(w in name for w in words if not w.isascii())
    surname = name in knowledge.gazetteers.surnames["ja"]
    return bool(re.fullmatch(f"[{_HAN}]{{2,3}}", name)) and not surname and not organisation and not local & words


def _without_honorifics(name: str, knowledge: Knowledge) -> str:
    known = {w for x in knowledge.lexicons.values() for w in x.honorifics_before}
    while (first := fold(name.partition(" ")[0])) in known or first.rstrip(".") in known:
        name = name.partition(" ")[2].strip()
    return name


def is_person(name: str, email: str, knowledge: Knowledge) -> bool:
    """Whether a display name or signature line is a person's full name (policy section 2, field rules)."""
    folded = fold(name)
    lexicons = knowledge.lexicons.values()
    if re.search(r"[\d@&]", name) or _is_legal(name, knowledge):
        return False
    if _CJK_RUN.search(name):
        return _is_cjk_person(name.strip(), knowledge) and not any(
            w in folded for x in lexicons for w in x.role_words if not w.isascii()
        )
    words = [w.strip(".,") for w in folded.split()]
    tokens = name.split()
    if not 2 <= len(tokens) <= 7 or any(w in x.role_words for x in lexicons for w in words):
        return False
    particles = knowledge.gazetteers.particles
    if not all(t[0].isupper() or w in particles for t, w in zip(tokens, words, strict=True)):
        return False
    domain = email.rpartition("@")[2].split(".")[0]
    local = fold(re.sub(r"[^\w]", "", email.partition("@")[0]))
    same_as_company = all(w in domain for w in words if len(w) > 2)
    return not same_as_company or any(w in local for w in words if len(w) > 2)


def _honorific_before(scan: Scan, position: int, end: int) -> int:
    known = {w for x in scan.lexicons for w in x.honorifics_before}
    for word in known:
        if re.search(r"\W.", word) and scan.folded.startswith(f"{word} ", position):  # "i. A.", "Dipl.-Ing."
            return position + len(word)
    m = re.compile(r"[^\W\d_]+\.?").match(scan.folded, position, end)
    if m is None:
        return position
    if m[0] in known or m[0].rstrip(".") in known:
        return m.end()
    for word in known:
        if not word.isascii() and scan.folded.startswith(word, position) and not _CJK_RUN.match(word[0]):
            return position + len(word)
    return position


def _latin_name(scan: Scan, position: int, end: int, particles: frozenset[str]) -> Span | None:
    tokens: list[re.Match[str]] = []
    reach = position
    titles = {w for x in scan.lexicons for w in (*x.not_names, *x.titles)}
    while len(tokens) < 8:
        m = _TOKEN.match(scan.text, reach, end)
        if m is None:
            break
        word = scan.folded[m.start() : m.end()].rstrip(".")
        particle = word in particles and bool(tokens) and m[0].strip("’").isascii()  # "e" joins names, "é" is a verb
        if not (m[0][0].isupper() or particle) or (word in titles and not (particle and tokens)):
            break
        around = scan.hits.around(m.start(), m.start() + 1)
        if any(m.start() < h.end for h in around if h.tag in ("product", "app")):
            break
        tokens.append(m)
        gap = re.compile(r"[ \t]{1,2}(?=['’]t |[^\W\d_])|\n(?=[A-ZÀ-Þ])").match(scan.text, m.end(), end)
        if gap is None or (m[0].endswith(".") and len(m[0]) > 4):
            break
        if "\n" in gap[0] and len(tokens) != 1:
            break
        reach = gap.end()
    while tokens and (scan.folded[tokens[-1].start() : tokens[-1].end()] in particles):
        tokens.pop()
    real = [t for t in tokens if len(t[0].rstrip(".")) > 1 and t[0][0].isupper()]
    if len(tokens) < 2 or len(real) < 2 or len(real) > 5 or len(tokens) > 7:
        return None
    start, stop = tokens[0].start(), tokens[-1].end()
    text = scan.text[start:stop]
    if text.endswith(".") and len(tokens[-1][0]) > 3:
        stop, text = stop - 1, text[:-1]
    after = scan.text[stop : stop + 8]
    if re.match(r"\s(?:GmbH|AG|Ltd|Inc|LLC|S\.A|SAS|SL|BV|KG)\b", after) or "@" in after[:2]:
        return None
    return Span(start, stop, re.sub(r"\s+", " ", text))


def _cjk_name(scan: Scan, position: int, end: int, knowledge: Knowledge) -> Span | None:
    surnames = knowledge.gazetteers.surnames
    text = scan.text
    primary = scan.lexicons[0].code.split("-")[0]
    if any(scan.folded.startswith(w, position) for x in scan.lexicons for w in x.not_names if not w.isascii()):
        return None
    around = scan.hits.around(position, position)
    if any(position < h.end and h.tag.startswith(("cues.", "labels.")) for h in around):
        return None  # in the middle of a word that says something else
    if re.match(f"[{_HANGUL}]", text[position]):
        if position and re.match(f"[{_HANGUL}]", text[position - 1]) and not _KO_PARTICLE.search(text, 0, position):
            return None  # in the middle of a word
        korean = knowledge.lexicons.get("ko")
        ranks = korean.honorifics_after if korean else ()
        return _korean(text, position, end, ranks, surnames.get("ko", frozenset()))
    if primary == "ja":
        return _japanese(text, position, end, scan.lexicons, surnames.get("ja", frozenset()))
    return _chinese(text, position, end, scan.lexicons, surnames.get("zh", frozenset())) or (
        _japanese(text, position, end, scan.lexicons, surnames.get("ja", frozenset())) if primary != "zh" else None
    )


def _chinese(text: str, position: int, end: int, lexicons: Sequence[Lexicon], surnames: frozenset[str]) -> Span | None:
    titles = tuple(t for x in lexicons for t in x.titles)
    for length in (2, 1):
        surname = text[position : position + length]
        if len(surname) == length and surname in surnames:
            given = ""
            for char in text[position + length : min(end, position + length + 2)]:
                if not re.match(f"[{_HAN}]", char) or (given and char in _ZH_STOP) or (not given and char in "，。、"):
                    break
                given += char
            if given and given[0] not in "先女小经經总總老的是们們司方" and not given.startswith(titles):
                stop = position + length + len(given)
                return Span(position, stop, text[position:stop])
    return None


def _japanese(text: str, position: int, end: int, lexicons: Sequence[Lexicon], surnames: frozenset[str]) -> Span | None:
    honorifics = tuple(h for x in lexicons for h in x.honorifics_after)
    spaced = _JA_NAME.match(text, position, end)
    if position and re.match(f"[{_HAN}ァ-ヺー]", text[position - 1]):
        spaced = None  # in the middle of a word
    if spaced and (spaced[1] in surnames or (len(spaced[1]) <= 3 and not _ORGANISATION.search(spaced[1]))):
        given = _without_suffix(spaced[2], honorifics)
        if given:
            return Span(position, spaced.start(2) + len(given), f"{spaced[1]} {given}")
    foreign = re.compile(
        rf"[ァ-ヺー]{{2,}}[・＝= 　](?:[ァ-ヺー]{{2,}}|[{_HAN}{_KANA}]{{1,4}}(?=様|さん|\n|$|[(（]))"
    ).match(text, position, end)
    if foreign:
        return Span(position, foreign.end(), foreign[0])
    run = re.compile(f"[{_HAN}{_KANA}]{{2,8}}").match(text, position, end)
    if run is None:
        return None
    for length in (4, 3, 2, 1):
        if run[0][:length] in surnames:
            rest = re.match(f"[{_HAN}]{{1,3}}|[ぁ-ゖ]{{2,3}}(?=様|さん|氏)", run[0][length:])
            given = _without_suffix(rest[0], honorifics) if rest else ""
            if given and run[0][: length + len(given)] not in surnames:
                return Span(position, position + length + len(given), run[0][: length + len(given)])
            if rest and not given:
                return None
    return None


def _without_suffix(given: str, honorifics: Iterable[str]) -> str:
    for honorific in sorted(honorifics, key=len, reverse=True):
        if honorific and honorific in given:
            given = given[: given.index(honorific)]
    return re.split("と申|です|まで|より|から|宛|が|は|を|に|の", given)[0] if given else given


def _korean(text: str, position: int, end: int, ranks: Sequence[str], surnames: frozenset[str]) -> Span | None:
    after = f"(?={_KO_AFTER}|{'|'.join(map(re.escape, ranks))})" if ranks else f"(?={_KO_AFTER})"
    whole = re.compile(rf"\s?([{_HANGUL}]{{1,3}}?){after}")
    two = re.compile(rf"\s?([{_HANGUL}]{{2}}){after}")
    for length in (2, 1):
        if text[position : position + length] not in surnames:
            continue
        m = whole.match(text, position + length, end)
        if m is None:
            continue
        fuller = two.match(text, position + length, end)
        if length == 2 and fuller and len(m[1]) == 1 and fuller.start(1) == position + length:
            m = fuller  # a given name has two syllables far oftener than one and a particle (남궁하은)
        if len(m[1]) >= (1 if length == 2 else 2) and not _is_rank(m[1], ranks):
            return Span(position, m.end(1), text[position : m.end(1)])
        if fuller and not _is_rank(fuller[1], ranks):
            return Span(position, fuller.end(1), text[position : fuller.end(1)])
    return None


def _is_rank(given: str, ranks: Sequence[str]) -> bool:
    """Whether what follows a surname is a title ("김 부장"); names may begin with the syllable of a short one."""
    return any(given == r or (len(r) > 1 and given.startswith(r)) for r in ranks)


def _is_cjk_person(name: str, knowledge: Knowledge) -> bool:
    surnames = knowledge.gazetteers.surnames
    if re.fullmatch(f"[{_HAN}]{{1,4}}[ 　][{_HAN}{_KANA}]{{1,4}}", name):
        return True
    if re.fullmatch(f"[{_HANGUL} ]{{2,6}}", name):
        plain = name.replace(" ", "")
        return any(plain[:n] in surnames["ko"] and 1 <= len(plain) - n <= 3 for n in (2, 1)) and len(plain) >= 2
    if re.fullmatch(f"[{_HAN}]{{2,4}}", name):
        titles = {t for x in knowledge.lexicons.values() for t in x.titles}
        zh = any(name[:n] in surnames["zh"] and 1 <= len(name) - n <= 2 and name[n:] not in titles for n in (2, 1))
        ja = (
            any(name[:n] in surnames["ja"] and 1 <= len(name) - n <= 3 for n in (3, 2, 1))
            and name not in surnames["ja"]
        )
        return zh or (ja and len(name) >= 3)
    if re.fullmatch(f"[{_HAN}]{{1,3}}[{_KANA}]{{1,4}}", name):
        return any(name[:n] in surnames["ja"] for n in (3, 2, 1))
    return re.fullmatch(r"[ァ-ヺー]{2,}[・ 　][ァ-ヺー]{2,}", name) is not None


def _is_legal(name: str, knowledge: Knowledge) -> bool:
    return legal_forms(knowledge.gazetteers.legal_forms).in_name(name)
