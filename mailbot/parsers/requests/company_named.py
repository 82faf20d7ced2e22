"""The customer's company as prose, subject and host names give it."""

import re
from collections.abc import Iterator, Sequence

from mailbot.domain.evidence import SUBJECT, Extracted
from mailbot.parsers.fold import fold
from mailbot.parsers.layout import Unit
from mailbot.parsers.legal import legal_forms
from mailbot.parsers.lexicon import Gazetteers, Knowledge
from mailbot.parsers.people import is_person
from mailbot.parsers.requests.company_form import CAPITAL, CAPITALISED, CJK, CJK_LEGAL, PARTICLES, clean, has_legal_form
from mailbot.parsers.scan import Scan
from mailbot.parsers.spans import Taken

_CJK_INTRODUCED = re.compile(
    r"[\s:：「『《,，]*(?:是|为|為|叫|である|の|は|인|사인|사)?\s?((?:株式会社|有限会社|㈱|주식회사\s?)?"
    r"[^\s、。，,.：:（）()「」『』《》はがをにへで是在有想要需希将將一已目打为為的使用现現计計拟擬准準正因欲今近]{2,20}?)"
    r"(?=様|さま|御中|[\s，,、。（(是在有想要需希将將一已目打为為的使用现現计計拟擬准準正因欲今近]|에서|에|는|은|이|가|의|$)(?![ぁ-ん])"
)
_ARTICLE = (
    r"(?:is |are |ist |est |es |é )?"
    r"(?:a empresa |la empresa |the company |die firma |la société |l'azienda |the |die |der |la |le |les |l'|el |los "
    r"|las |il |lo |gli |o |a |os |as )?"
)
_LATIN_INTRODUCED = re.compile(
    rf"[\s,:–-]*{_ARTICLE}({CAPITAL}(?:[ ](?:(?:(?:[ld]|dell)['’])?{CAPITAL}|(?:{PARTICLES})\b))*)"
)
_APPOSITION = re.compile(rf"\s?,\s{_ARTICLE}({CAPITAL}(?:[ ][^\s,;:.!?()]+){{1,6}})(?=,)")  # "our client, the .., has"
_ACTING = re.compile(
    rf"\s*(?:(?:La|Le|Les|L['’]|Il|El|Los|Las|O|A|Os|As|Die|Der|Das|De|Het|The|Lo|Gli|I)(?:\s|(?<=['’])))?"
    rf"({CAPITAL}(?:[ ](?:(?:(?:[ld]|dell)['’])?{CAPITAL}|(?:{PARTICLES})\b))+)"
)
_SAID = ("cues.have", "cues.want", "kinds.", "product", "counters.")
_SAMA = re.compile(r"([^\s、。，,.：:（）()「」『』【】〔〕/／]{2,24}?)(?:様|さま)(?!子|々)")
_NOT_SAMA = re.compile(
    r"^(?:お疲れ|ご苦労|お世話|お客|客先|ご?担当者?|皆|貴社|御社|先方|弊社|当社|各位|関係者|エンドユーザー?|ユーザー?|責任者)$|ご担当者?$|担当$"
)
_UMLAUT = re.compile("[aou]e")
_SPREAD = re.compile(r"[\s&-]")
_SLUG_NOISE = frozenset({"cloud", "jira", "site", "team", "group", "gmbh", "inc", "ltd", "the", "hq", "corp"})


def legally_named(
    scan: Scan, units: Sequence[Unit], not_this: str | None, gazetteers: Gazetteers
) -> Extracted[str] | None:
    """Return the first company in prose that carries a legal form of Latin letters and is not the reseller's."""
    forms = legal_forms(gazetteers.legal_forms)
    ours = forms.without(not_this) if not_this else None
    for unit in units:
        if unit.kind != "sentence":
            continue
        for m in CAPITALISED.finditer(scan.text[unit.start : unit.end]):
            start, end = unit.start + m.start(), unit.start + m.end()
            name = scan.text[start : forms.end_after(scan.folded, end)]
            bare = forms.without(name)
            if not forms.in_name(name) or not bare or (ours and (bare in ours or ours in bare)):
                continue
            if not scan.within(start, end, "product", "kinds.cloud"):
                return Extracted(clean(name), (scan.evidence(start, start + len(name)),))
    return None


def titled(
    scans: Sequence[tuple[Scan, Sequence[Unit]]], not_this: str | None, knowledge: Knowledge
) -> Extracted[str] | None:
    """Return a name that the subject and the body both write and that is no word of the trade."""
    subject = scans[-1][0]
    if subject.part != SUBJECT:
        return None
    for m in re.finditer(r"[^\s\-–—:：/|,，、()（）\[\]【】_]+(?: [^\s\-–—:：/|,，、()（）\[\]【】_]+)*", subject.text):
        for name in _names_in(subject, m.start(), m.end()):
            known = len(name) > 3 or CJK.search(name)
            person = is_person(name, "", knowledge) and len(name.split()) < 3
            if not known or name == not_this or re.search(r"\d{3}", name):
                continue
            for scan, _ in scans[:-1]:
                at = scan.text.find(name)
                beside = person and scan.emails.starting(at + len(name), at + len(name) + 41)
                if at >= 0 and not beside and not (person and CJK.search(name)):
                    return _grown(scan, at, at + len(name), knowledge.gazetteers)
    return _leading(scans[0][0], not_this, knowledge)


def _leading(scan: Scan, not_this: str | None, knowledge: Knowledge) -> Extracted[str] | None:
    """Return the organisation that a sentence in Han or Hangul begins with ("星野游戏的Guard到期")."""
    endings = "|".join(map(re.escape, knowledge.gazetteers.organisations))
    for m in re.finditer(
        rf"(?:^|[，。！!,\n\s：:为為替给給帮幫])([一-鿿가-힣]{{1,8}}?(?:{endings}))(?=[的在要想需询詢报報（(，]|[A-Z]|에서|에|은|는|의)",
        scan.text,
    ):
        around = scan.hits.around(m.start(1), m.start(1) + 1)
        lexical = any(m.start(1) < h.end and h.tag.startswith(("cues.", "labels.")) for h in around)
        if not lexical and m[1] != not_this and not (not_this and m[1] in not_this):
            return Extracted(m[1], (scan.evidence(m.start(1), m.end(1)),))
    return None


def _names_in(subject: Scan, start: int, end: int) -> Iterator[str]:
    """Return the stretches between words of the trade: capitalised words, or a run of Han or Hangul."""
    words = [h for h in subject.hits.around(start, end) if h.end > start]
    position = start
    for hit in [*words, None]:
        stop = hit.start if hit else end
        piece = subject.text[position : max(position, stop)].strip(" 様的の")
        if CJK.search(piece):
            if len(piece) >= 3 and not re.search(r"[A-Za-z0-9]", piece):
                yield piece
        else:
            for m in re.finditer(rf"{CAPITAL}(?: (?:{CAPITAL}|of|de|du|des|del|do|da|&|and|und|et|y|e))*", piece):
                yield re.sub(r" (?:of|de|du|des|del|do|da|&|and|und|et|y|e)$", "", m[0])
        position = max(position, hit.end) if hit else end


def written(scan: Scan, name: str, gazetteers: Gazetteers) -> Extracted[str] | None:
    """Find the name on file in the text, with the legal form that follows or precedes it there."""
    at = scan.folded.find(fold(name))
    if at < 0:
        bare = legal_forms(gazetteers.legal_forms).without(name)
        at = scan.folded.find(bare) if len(bare) >= 2 else -1
        if at < 0:
            return None
        return extended(scan, at, at + len(bare), gazetteers)
    return extended(scan, at, at + len(name), gazetteers)


def extended(scan: Scan, start: int, end: int, gazetteers: Gazetteers) -> Extracted[str]:
    forms = legal_forms(gazetteers.legal_forms)
    after = forms.end_after(scan.folded, end)
    if after == end:
        start = forms.start_before(scan.folded, start)
    return Extracted(clean(scan.text[start:after]), (scan.evidence(start, after),))


def like_host(scan: Scan, host: str, gazetteers: Gazetteers) -> Extracted[str] | None:
    """Find a capitalised name in the text whose words are the host's ("Oakridge Mutual", oakridge-mutual)."""
    words = [
        w for w in re.split(r"[-.]", host.split(".")[0] if "atlassian" in host else ".".join(host.split(".")[:-1])) if w
    ]
    core = [w for w in words if w not in _SLUG_NOISE and len(w) > 1]
    if not core or len("".join(core)) < 4:
        return None
    glued = "".join(words)
    patterns = []  # each host has its own, and to compile one takes longer than to see that it cannot match
    if all(w in scan.folded for w in core if not _UMLAUT.search(w)):
        core = [re.sub(r"([aou])e(?!r|n|$)", r"\1(?:e)?", w) if _UMLAUT.search(w) else re.escape(w) for w in core]
        patterns.append(r"[\s&'.+-]{0,3}(?:(?:and|und|et|y|e|de|du|la|le|des|del|do|da|the)\s)?".join(core))
    if len(core) == 1 and glued in _SPREAD.sub("", scan.folded):
        patterns.append(_spread(glued))
    for pattern in patterns:
        for m in re.finditer(rf"(?<![a-z0-9@.-])(?:{pattern})(?![a-z0-9@-]|\.[a-z])", scan.folded):
            if scan.text[m.start()].isupper() and not _in_anchor(scan, m.start(), m.end()):
                return _grown(scan, m.start(), m.end(), gazetteers)
    return None


def _spread(word: str) -> str:
    """Match a glued domain word written as several words ("hortosegura" does not, "bluefinrobotics" does)."""
    return r"[\s&-]?".join(map(re.escape, word))


def _grown(scan: Scan, start: int, end: int, gazetteers: Gazetteers) -> Extracted[str]:
    """Take in the capitalised words and the legal form that belong to a name found in the middle of it."""
    follow = re.compile(r"(?:[ ](?:&|of|de|du|des|del|da|do|und|and)?[ ]?(?:[A-ZÀ-Þ][\w'’-]+))+").match(scan.text, end)
    if (
        follow
        and not scan.within(
            end, follow.end(), "product", "labels.contact", "labels.site", "plans.standard", "plans.premium"
        )
        and "\n" not in follow[0]
    ):
        lexical = [h for h in scan.hits.starting(end, follow.end()) if h.tag != "kinds.cloud"]
        if not lexical:
            end = follow.end()
    return extended(scan, start, end, gazetteers)


def _in_anchor(scan: Scan, start: int, end: int) -> bool:
    return scan.anchors.touches(start, end)


def introduced(scan: Scan, units: Sequence[Unit], knowledge: Knowledge) -> Extracted[str] | None:
    told = Taken((u.start, u.end) for u in units)
    for polite in _SAMA.finditer(scan.text):
        name = re.split(r"[はがをにへで]|である|の", polite[1])[-1]
        if name in knowledge.gazetteers.surnames["ja"] or scan.emails.starting(polite.end(), polite.end() + 3):
            continue  # a person's
        inside = told.touches(polite.start(), polite.start() + 1)
        spaced = re.search(r"[ 　]$", scan.text[max(0, polite.start() - 1) : polite.start()])  # a given name
        if not inside or spaced or len(name) < 3 or _NOT_SAMA.search(name) or is_person(name, "", knowledge):
            continue
        return Extracted(name, (scan.evidence(polite.end(1) - len(name), polite.end(1)),))
    for hit in scan.hits:
        is_introduction = hit.tag in ("cues.customer_intro", "labels.customer")
        if not is_introduction or not told.touches(hit.start, hit.start + 1):
            continue
        rest = scan.text[hit.end : hit.end + 80]
        if CJK.search(rest[:6]):
            formal = CJK_LEGAL.match(scan.text, hit.end)
            if formal and hit.tag == "labels.customer":
                return Extracted(formal[0], (scan.evidence(*formal.span()),))
            m = _CJK_INTRODUCED.match(rest)
            if m and len(m[1]) >= 3 and not is_person(m[1], "", knowledge):
                start = hit.end + m.start(1)
                lexical = ("cues.", "kinds.", "labels.")
                around = scan.hits.around(start, start + 1)
                if any(start < h.end and h.tag.startswith(lexical) for h in around):
                    continue
                korean = re.match("[가-힣]", m[1])
                if not korean and not _is_organisation(scan, start, m[1], knowledge):
                    continue
                return Extracted(m[1], (scan.evidence(start, start + len(m[1])),))
            continue
        m = _APPOSITION.match(rest)
        said = scan.hits.starting(hit.end + m.start(1), hit.end + m.end(1)) if m else ()
        if any(h.tag.startswith(_SAID) for h in said):
            m = None
        m = m or _LATIN_INTRODUCED.match(rest)
        if m:
            name = re.sub(rf"(?:\s(?:{PARTICLES}|has|is))+$", "", m[1]).rstrip(".")
            start = hit.end + m.start(1)
            products = scan.within(start, start + len(name), "product", "app")
            beside_address = bool(scan.emails.starting(start + len(name), start + len(name) + 41))
            person = is_person(name, "", knowledge) and (beside_address or hit.tag != "cues.customer_intro")
            if re.match(r"\s*[:：]", scan.text[start + len(name) :][:3]):
                continue  # the next label of a form
            if re.match(r",?\s\d", scan.text[start + len(name) :][:3]) and _after_address_label(scan, hit.start):
                continue  # the street of an address
            legal = has_legal_form(name, knowledge.gazetteers)
            if legal or (len(name) > 2 and not products and not person):
                return extended(scan, start, start + len(name), knowledge.gazetteers)
    return None


def _after_address_label(scan: Scan, start: int) -> bool:
    """Whether an address is labelled in the same clause before a place ("the billing address of the customer is")."""
    labels = scan.within(max(0, start - 40), start, "labels.billing_address", "labels.address")
    return any(not re.search(r"[.:;\n]", scan.text[h.end : start]) for h in labels)


def _is_organisation(scan: Scan, start: int, name: str, knowledge: Knowledge) -> bool:
    """Whether a run of Han or Hangul after "our customer" is a name: it ends like one, or is written again."""
    ends = name.endswith(knowledge.gazetteers.organisations) or has_legal_form(name, knowledge.gazetteers)
    bracket = scan.text[start + len(name) : start + len(name) + 1] in ("（", "(", "，", ",", "、", "。", "\n", "")
    end = start + len(name)
    acts = any(h.start == end and h.tag in ("cues.want", "cues.have", "kinds.upgrade") for h in scan.hits)
    return ends or bracket or acts or scan.text.count(name) > 1


def acting(scan: Scan, units: Sequence[Unit], not_these: Sequence[str], knowledge: Knowledge) -> Extracted[str] | None:
    """Return the name that a sentence begins with and that wants something ("Vela Assicurazioni vuole ..").

    `not_these` are the names of persons and of the reseller; a name holds no word that says something else.
    """
    for unit in units:
        if unit.kind != "sentence":
            continue
        m = _ACTING.match(scan.text, unit.start, unit.end)
        if m is None or " " not in m[1] or m[1] in not_these:
            continue
        start, end = m.span(1)
        lexical = any(h.end > start for h in scan.hits.around(start, end) if h.tag.startswith(_SAID))
        wants = [h for h in scan.within(end, min(unit.end, end + 80), "cues.want") if h.start - end <= 60]
        between = scan.text[end : wants[0].start] if wants else ""
        apposed = between.startswith(",") and between.rstrip().endswith(",")
        if wants and not lexical and (len(between.split()) <= 1 or apposed):
            return extended(scan, start, end, knowledge.gazetteers)
    return None
