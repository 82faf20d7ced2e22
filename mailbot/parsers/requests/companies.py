"""Companies: the reseller's, from introduction and signature; the customer's, from what the mail says of it."""

import re
from collections.abc import Iterator, Sequence

from mailbot.domain.evidence import SUBJECT, Extracted
from mailbot.parsers.fold import fold
from mailbot.parsers.layout import Unit
from mailbot.parsers.legal import legal_forms
from mailbot.parsers.lexicon import Gazetteers, Knowledge
from mailbot.parsers.people import is_person
from mailbot.parsers.scan import Scan, Span

_CJK = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
_CHUNK = re.compile(r"[^|｜\n,，;；/\t·•]+")
_CJK_LEGAL = re.compile(
    r"(?:株式会社|有限会社|合同会社|（株）|\(株\)|㈱|주식회사|\(주\)|㈜)\s?[^\s、。，,.「」()（）/／:：\n]{1,20}"
    r"|[^\s、。，,.：:「」|｜/／\n\t]{2,24}?(?:株式会社|有限会社|合同会社|股份有限公司|有限责任公司|有限公司|集团公司|주식회사|\(주\)|㈜)"
)
_CJK_INTRODUCED = re.compile(
    r"[\s:：「『《,，]*(?:である|の|は|인|사인|사)?\s?((?:株式会社|有限会社|㈱|주식회사\s?)?"
    r"[^\s、。，,.：:（）()「」『』《》はがをにへで是在有想要需希将將一已目打为為的使用现現计計拟擬准準正因欲今近]{2,20}?)"
    r"(?=様|さま|御中|[\s，,、。（(是在有想要需希将將一已目打为為的使用现現计計拟擬准準正因欲今近]|에서|에|는|은|이|가|의|$)(?![ぁ-ん])"
)
_CAPITAL = r"(?:[A-ZÀ-Þ][\w'’&.-]*|&)"
_PARTICLES = "de|du|des|del|do|da|dos|das|di|della|dello|dei|degli|delle|la|las|los|von|of|und|and|et|y|e"
_ARTICLE = (
    r"(?:is |are |ist |est |es |é )?"
    r"(?:a empresa |la empresa |the company |die firma |la société |l'azienda |the |die |der |la |le |les |l'|el |los "
    r"|las |il |lo |gli |o |a |os |as )?"
)
_CAPITALISED = re.compile(rf"{_CAPITAL}(?:[ ](?:{_CAPITAL}|(?:{_PARTICLES})\b)){{0,5}}")
_LATIN_INTRODUCED = re.compile(
    rf"[\s,:–-]*{_ARTICLE}({_CAPITAL}(?:[ ](?:(?:(?:[ld]|dell)['’])?{_CAPITAL}|(?:{_PARTICLES})\b))*)"
)
_APPOSITION = re.compile(rf"\s?,\s{_ARTICLE}({_CAPITAL}(?:[ ][^\s,;:.!?()]+){{1,6}})(?=,)")  # "our client, the .., has"
_SAID = ("cues.have", "cues.want", "kinds.", "product", "counters.")
_FROM_COMPANY = (
    r"\b,?\s(?:here )?(?:from|of|at|with|von|vom|bei|de|da|do|del|chez|di|van|pour)\s"
    r"((?:[A-ZÀ-Þ][\w&.'-]*\s?){1,5})"
)
_CJK_WRITER = re.compile(
    r"(?:^|\n)[^\n。]{0,20}?((?:株式会社|合同会社|有限会社)[^\s、。のと]{2,20}"
    r"|[^\s、。の]{2,20}(?:株式会社|合同会社|有限会社))(?=[の\s　]|です)"
)
_SAMA = re.compile(r"([^\s、。，,.：:（）()「」『』【】〔〕/／]{2,24}?)様(?!子|々)")
_NOT_SAMA = re.compile(
    r"^(?:お疲れ|ご苦労|お世話|お客|客先|ご?担当者?|皆|貴社|御社|先方|弊社|当社|各位|関係者|エンドユーザー?|ユーザー?|責任者)$|ご担当者?$|担当$"
)
_DEPARTMENT = re.compile(r"[ 　]\S*(?:팀|부|본부|과|部|課|课|室|组|組|科)\s*$")
_PHONE = re.compile(r"\d{3,}|@|www\.|https?:", re.IGNORECASE)
_SLUG_NOISE = frozenset({"cloud", "jira", "site", "team", "group", "gmbh", "inc", "ltd", "the", "hq", "corp"})


def customer_company(
    scans: Sequence[tuple[Scan, Sequence[Unit]]],
    sites: Sequence[str],
    emails: Sequence[str],
    known: Sequence[str],
    not_this: str | None,
    knowledge: Knowledge,
) -> Extracted[str] | None:
    """Return the customer's company as a mail writes it.

    Looked for in this order: a pair that labels it, the name on file for the site (`known`), a name that is like
    the site or the contact's mail domain, and a name that "our customer" introduces.
    """
    for scan, units in scans:
        for unit in units:
            found = _labelled(scan, unit, "customer", knowledge)
            if found is not None and found.value != not_this:
                return found
    for scan, _ in scans:
        for name in known:
            found = _written(scan, name, knowledge.gazetteers)
            if found is not None:
                return found
    for scan, _ in scans:
        for host in [*sites, *(e.rpartition("@")[2] for e in emails)]:
            found = _like_host(scan, host, knowledge.gazetteers)
            if found is not None and found.value != not_this:
                return found
    for scan, units in scans[:1]:
        found = _legally_named(scan, units, not_this, knowledge.gazetteers)
        if found is not None:
            return found
    for scan, units in scans:
        found = _introduced(scan, units, knowledge)
        if found is not None and found.value != not_this:
            return found
    return _titled(scans, not_this, knowledge)


def _legally_named(
    scan: Scan, units: Sequence[Unit], not_this: str | None, gazetteers: Gazetteers
) -> Extracted[str] | None:
    """Return the first company in prose that carries a legal form of Latin letters and is not the reseller's."""
    forms = legal_forms(gazetteers.legal_forms)
    ours = forms.without(not_this) if not_this else None
    for unit in units:
        if unit.kind != "sentence":
            continue
        for m in re.finditer(
            rf"{_CAPITAL}(?:[ ](?:{_CAPITAL}|(?:{_PARTICLES})\b)){{0,5}}", scan.text[unit.start : unit.end]
        ):
            start, end = unit.start + m.start(), unit.start + m.end()
            name = scan.text[start : forms.end_after(scan.folded, end)]
            bare = forms.without(name)
            if not forms.in_name(name) or not bare or (ours and (bare in ours or ours in bare)):
                continue
            if not scan.within(start, end, "product", "kinds.cloud"):
                return Extracted(_clean(name), (scan.evidence(start, start + len(name)),))
    return None


def _titled(
    scans: Sequence[tuple[Scan, Sequence[Unit]]], not_this: str | None, knowledge: Knowledge
) -> Extracted[str] | None:
    """Return a name that the subject and the body both write and that is no word of the trade."""
    subject = scans[-1][0]
    if subject.part != SUBJECT:
        return None
    for m in re.finditer(r"[^\s\-–—:：/|,，、()（）\[\]【】_]+(?: [^\s\-–—:：/|,，、()（）\[\]【】_]+)*", subject.text):
        for name in _names_in(subject, m.start(), m.end()):
            known = len(name) > 3 or _CJK.search(name)
            person = is_person(name, "", knowledge) and len(name.split()) < 3
            if not known or name == not_this or re.search(r"\d{3}", name):
                continue
            for scan, _ in scans[:-1]:
                at = scan.text.find(name)
                beside = person and any(0 <= e.start - at - len(name) <= 40 for e in scan.emails)
                if at >= 0 and not beside and not (person and _CJK.search(name)):
                    return _grown(scan, at, at + len(name), knowledge.gazetteers)
    return _leading(scans[0][0], not_this, knowledge)


def _leading(scan: Scan, not_this: str | None, knowledge: Knowledge) -> Extracted[str] | None:
    """Return the organisation that a sentence in Han or Hangul begins with ("星野游戏的Guard到期")."""
    endings = "|".join(map(re.escape, knowledge.gazetteers.organisations))
    for m in re.finditer(
        rf"(?:^|[，。！!,\n\s：:])([一-鿿가-힣]{{1,8}}?(?:{endings}))(?=[的在要想需（(，]|[A-Z]|에서|에|은|는|의)",
        scan.text,
    ):
        lexical = any(h.start <= m.start(1) < h.end and h.tag.startswith(("cues.", "labels.")) for h in scan.hits)
        if not lexical and m[1] != not_this and not (not_this and m[1] in not_this):
            return Extracted(m[1], (scan.evidence(m.start(1), m.end(1)),))
    return None


def _names_in(subject: Scan, start: int, end: int) -> Iterator[str]:
    """Return the stretches between words of the trade: capitalised words, or a run of Han or Hangul."""
    words = [h for h in subject.hits if h.start < end and h.end > start]
    position = start
    for hit in [*words, None]:
        stop = hit.start if hit else end
        piece = subject.text[position : max(position, stop)].strip(" 様的の")
        if _CJK.search(piece):
            if len(piece) >= 3 and not re.search(r"[A-Za-z0-9]", piece):
                yield piece
        else:
            for m in re.finditer(rf"{_CAPITAL}(?: (?:{_CAPITAL}|of|de|du|des|del|do|da|&|and|und|et|y|e))*", piece):
                yield re.sub(r" (?:of|de|du|des|del|do|da|&|and|und|et|y|e)$", "", m[0])
        position = max(position, hit.end) if hit else end


def reseller_company(
    scans: Sequence[tuple[Scan, Sequence[Unit]]],
    signature: tuple[Scan, Sequence[tuple[int, int]]] | None,
    name: str | None,
    email: str,
    knowledge: Knowledge,
) -> Extracted[str] | None:
    """Return the reseller's company: labelled, introduced with the writer, or from the signature.

    A name with its legal form is preferred, then one that is like the sender's domain.
    """
    for scan, units in scans:
        for unit in units:
            found = _labelled(scan, unit, "reseller", knowledge)
            if found is not None:
                return found
    candidates: list[Extracted[str]] = []
    for scan, _ in scans[:1]:
        candidates += _self_introduced(scan, name)
    if signature is not None:
        scan, spans = signature
        candidates += _signed(scan, spans, name, email, knowledge)
    domain = email.rpartition("@")[2]
    for scan, _ in scans[:1]:
        found = _like_host(scan, domain, knowledge.gazetteers)
        if found is not None and not is_person(found.value, email, knowledge):
            candidates.append(found)
    legal = [c for c in candidates if has_legal_form(c.value, knowledge.gazetteers)]
    ranked = legal or candidates
    return ranked[0] if ranked else None


def has_legal_form(text: str, gazetteers: Gazetteers) -> bool:
    """Whether a name carries a company's legal form."""
    return legal_forms(gazetteers.legal_forms).in_name(text)


def _labelled(scan: Scan, unit: Unit, side: str, knowledge: Knowledge) -> Extracted[str] | None:
    if unit.kind != "pair":
        return None
    direct = side in unit.tags and not unit.tags & {
        "address",
        "email",
        "name",
        "contact",
        "phone",
        "billing_contact",
        "technical_contact",
        "site_admin",
        "reference",
        "price",
        "notes",
    }
    inside = "company" in unit.tags and (unit.section == side or side in unit.tags)
    if "billing_address" in unit.tags and (direct or inside):
        named = _CJK_LEGAL.search(scan.text, unit.start, unit.value_start)
        return Extracted(named[0].strip("（( "), (scan.evidence(named.start(), named.end()),)) if named else None
    opens = scan.within(unit.value_start, min(unit.end, unit.value_start + 24), "product")
    if not (direct or inside) or any(p.start - unit.value_start <= 2 for p in opens):
        return None
    value = scan.text[unit.value_start : unit.end]
    m = _first_company(value, knowledge)
    if m is None:
        return None
    start = unit.value_start + m[0]
    text = _DEPARTMENT.sub("", scan.text[start : unit.value_start + m[1]])
    return Extracted(_clean(text), (scan.evidence(start, start + len(text)),))


def _first_company(value: str, knowledge: Knowledge) -> tuple[int, int] | None:
    """Return where the company's name is in a label's value: the part before address, person or remark."""
    cjk = _CJK_LEGAL.search(value)
    if cjk:
        return cjk.span()
    person = False
    for m in re.finditer(
        r"[^,，;；(（\n\t|、/<　]+(?:,\s?(?:Inc|LLC|Ltd|S\.\s?A|S\.\s?L|S\.\s?A\.\s?de\s?C\.\s?V|GmbH|Co)\b[^,(;\n]*)?",
        value,
    ):
        text = m[0].strip(" -–—:：*")
        legal = has_legal_form(text, knowledge.gazetteers)
        if not text or "@" in text or (_PHONE.search(text) and not re.search(r"[^\W\d]{3}", text)):
            continue
        if ".atlassian" in text or (
            is_person(text, "", knowledge) and not has_legal_form(text, knowledge.gazetteers) and _CJK.search(text)
        ):
            continue
        following = re.split(r"[,，;|\n]", value[m.end() :].lstrip(" ,，;|/(（"))[0]
        beside = "@" in following or has_legal_form(following, knowledge.gazetteers)
        if beside and not legal and is_person(text, "", knowledge):
            person = True
            continue
        if person and not legal:
            return None
        lead = len(m[0]) - len(m[0].lstrip(" -–—:：*"))
        stop = re.split(r"\s(?:様|御中)|様$|御中|\s-\s|\s–\s| 귀하| 님", m[0][lead:])[0].rstrip(" 様*")
        return m.start() + lead, m.start() + lead + len(stop)
    return None


def _written(scan: Scan, name: str, gazetteers: Gazetteers) -> Extracted[str] | None:
    """Find the name on file in the text, with the legal form that follows or precedes it there."""
    at = scan.folded.find(fold(name))
    if at < 0:
        bare = legal_forms(gazetteers.legal_forms).without(name)
        at = scan.folded.find(bare) if len(bare) >= 2 else -1
        if at < 0:
            return None
        return _extended(scan, at, at + len(bare), gazetteers)
    return _extended(scan, at, at + len(name), gazetteers)


def _extended(scan: Scan, start: int, end: int, gazetteers: Gazetteers) -> Extracted[str]:
    forms = legal_forms(gazetteers.legal_forms)
    after = forms.end_after(scan.folded, end)
    if after == end:
        start = forms.start_before(scan.folded, start)
    return Extracted(_clean(scan.text[start:after]), (scan.evidence(start, after),))


def _like_host(scan: Scan, host: str, gazetteers: Gazetteers) -> Extracted[str] | None:
    """Find a capitalised name in the text whose words are the host's ("Oakridge Mutual", oakridge-mutual)."""
    words = [
        w for w in re.split(r"[-.]", host.split(".")[0] if "atlassian" in host else ".".join(host.split(".")[:-1])) if w
    ]
    core = [w for w in words if w not in _SLUG_NOISE and len(w) > 1]
    if not core or len("".join(core)) < 4:
        return None
    core = [re.sub(r"([aou])e(?!r|n|$)", r"\1(?:e)?", w) if re.search("[aou]e", w) else re.escape(w) for w in core]
    glued = "".join(words)
    patterns = [r"[\s&'.+-]{0,3}(?:(?:and|und|et|y|e|de|du|la|le|des|del|do|da|the)\s)?".join(core)]
    if len(core) == 1:
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
        lexical = [h for h in scan.hits if end <= h.start < follow.end() and h.tag != "kinds.cloud"]
        if not lexical:
            end = follow.end()
    return _extended(scan, start, end, gazetteers)


def _in_anchor(scan: Scan, start: int, end: int) -> bool:
    return any(s.start < end and start < s.end for s in (*scan.emails, *scan.sites, *scan.hosts))


def _introduced(scan: Scan, units: Sequence[Unit], knowledge: Knowledge) -> Extracted[str] | None:
    for polite in _SAMA.finditer(scan.text):
        name = re.split(r"[はがをにへで]|である|の", polite[1])[-1]
        inside = any(u.start <= polite.start() < u.end for u in units)
        spaced = re.search(r"[ 　]$", scan.text[max(0, polite.start() - 1) : polite.start()])  # a given name
        if not inside or spaced or len(name) < 3 or _NOT_SAMA.search(name) or is_person(name, "", knowledge):
            continue
        return Extracted(name, (scan.evidence(polite.end() - 1 - len(name), polite.end() - 1),))
    for hit in scan.hits:
        if hit.tag not in ("cues.customer_intro", "labels.customer") or not any(
            u.start <= hit.start < u.end for u in units
        ):
            continue
        rest = scan.text[hit.end : hit.end + 80]
        if _CJK.search(rest[:6]):
            m = _CJK_INTRODUCED.match(rest)
            if m and len(m[1]) >= 3 and not is_person(m[1], "", knowledge):
                start = hit.end + m.start(1)
                lexical = ("cues.", "kinds.", "labels.")
                if any(h.start <= start < h.end and h.tag.startswith(lexical) for h in scan.hits):
                    continue
                korean = re.match("[가-힣]", m[1])
                if not korean and not _is_organisation(scan, start, m[1], knowledge):
                    continue
                return Extracted(m[1], (scan.evidence(start, start + len(m[1])),))
            continue
        m = _APPOSITION.match(rest)
        if m and any(h.tag.startswith(_SAID) for h in scan.hits if m.start(1) <= h.start - hit.end < m.end(1)):
            m = None
        m = m or _LATIN_INTRODUCED.match(rest)
        if m:
            name = re.sub(rf"(?:\s(?:{_PARTICLES}|has|is))+$", "", m[1]).rstrip(".")
            start = hit.end + m.start(1)
            products = scan.within(start, start + len(name), "product", "app")
            beside_address = any(0 <= e.start - start - len(name) <= 40 for e in scan.emails)
            person = is_person(name, "", knowledge) and (beside_address or hit.tag != "cues.customer_intro")
            legal = has_legal_form(name, knowledge.gazetteers)
            if legal or (len(name) > 2 and not products and not person):
                return _extended(scan, start, start + len(name), knowledge.gazetteers)
    return None


def _is_organisation(scan: Scan, start: int, name: str, knowledge: Knowledge) -> bool:
    """Whether a run of Han or Hangul after "our customer" is a name: it ends like one, or is written again."""
    ends = name.endswith(knowledge.gazetteers.organisations) or has_legal_form(name, knowledge.gazetteers)
    bracket = scan.text[start + len(name) : start + len(name) + 1] in ("（", "(", "，", ",", "、", "\n", "")
    return ends or bracket or scan.text.count(name) > 1


def _self_introduced(scan: Scan, name: str | None) -> Iterator[Extracted[str]]:
    """The company that stands before the writer's name ("株式会社Xの山田", "我是X的何", "X 박하은입니다")."""
    head = scan.text[:260]
    parts = [p for p in re.split(r"[ 　]", name or "") if p]
    keys = [re.escape(name), *map(re.escape, parts[:1])] if name else []
    for key in keys:
        if _CJK.search(key):
            for pattern in (
                rf"(?:我是|我们是|這裡是|我叫|本人是|これは)?([^\s，,。、.:：\n是]{{2,24}}?)\s?(?:の|的)\s?{key}",
                rf"(?:^|[\s、。,，])([^\s、。，,.：:!！]{{2,24}})[ 　](?:\S{{1,6}}(?:팀|부|課|部)[ 　])?{key}",
            ):
                m = re.search(pattern, head)
                if m:
                    text = re.sub(r"^(?:我是|我们是|我|这里是|您好|你好|안녕하세요|저는)", "", m[1])
                    if len(text) >= 2:
                        yield Extracted(text, (scan.evidence(m.end(1) - len(text), m.end(1)),))
                        return
        else:
            m = re.search(key + _FROM_COMPANY, head)
            if m:
                yield Extracted(_clean(m[1]), (scan.evidence(m.start(1), m.start(1) + len(m[1].rstrip())),))
                return
    cjk = _CJK_WRITER.search(head)
    if cjk:
        yield Extracted(cjk[1], (scan.evidence(cjk.start(1), cjk.end(1)),))


def _signed(
    scan: Scan, spans: Sequence[tuple[int, int]], name: str | None, email: str, knowledge: Knowledge
) -> Iterator[Extracted[str]]:
    own = set(fold(name or "").split())
    chunks = [c for c in _chunks(scan, spans, name, knowledge.gazetteers) if not set(fold(c.value).split()) <= own]
    forms = legal_forms(knowledge.gazetteers.legal_forms)
    domain = email.rpartition("@")[2]
    label = re.sub(r"[^a-z0-9]", "", ".".join(domain.split(".")[:-1]))
    for chunk in chunks:
        if has_legal_form(chunk.value, knowledge.gazetteers) and forms.without(chunk.value):
            whole = legal_forms(knowledge.gazetteers.legal_forms).up_to(chunk.value)
            yield _extracted(scan, _trim_cjk(Span(chunk.start, chunk.start + len(whole), whole)))
    for chunk in chunks:
        plain = re.sub(r"[^a-z0-9]", "", fold(chunk.value))
        if len(plain) >= 4 and (plain in label or label in plain or _overlap(fold(chunk.value), domain)):
            yield _extracted(scan, chunk)
    for chunk in map(_trim_cjk, chunks):
        if not _is_noise(scan, chunk, knowledge) and not is_person(chunk.value, email, knowledge):
            yield _extracted(scan, chunk)


def _chunks(scan: Scan, spans: Sequence[tuple[int, int]], name: str | None, gazetteers: Gazetteers) -> Iterator[Span]:
    forms = legal_forms(gazetteers.legal_forms)
    for start, end in spans:
        for m in _CHUNK.finditer(scan.text, start, end):
            text = m[0]
            stop = max(m.end(), min(end, forms.end_after(scan.folded, m.end())))
            piece = scan.text[m.start() : stop]
            if name and name in text:
                before, _, after = piece.partition(name)
                for part, at in ((before, m.start()), (after, m.start() + len(before) + len(name))):
                    bare = part.strip(" 　\t-–—:：()（）様님드림拜上")
                    if bare and not _is_given_name(bare, part):
                        yield _stripped(part, at)
                continue
            if piece.strip():
                yield _stripped(piece, m.start())


def _is_given_name(bare: str, part: str) -> bool:
    """Whether what stands beside a name is the same name in another script ("Cindy Fang（方芳）")."""
    return len(bare) <= 4 and bool(re.match(r"\s*[（(].*[)）]\s*$", part))


def _stripped(text: str, at: int) -> Span:
    lead = len(text) - len(text.lstrip(" 　\t-–—*>:：=_"))
    plain = text.strip(" 　\t-–—*>:：=_")
    return Span(at + lead, at + lead + len(plain), plain)


def _trim_cjk(chunk: Span) -> Span:
    """Cut a department off a CJK company line ("苏州合纵软件有限公司 渠道部")."""
    if not _CJK.search(chunk.value):
        return chunk
    legal = _CJK_LEGAL.match(chunk.value)
    text = legal[0] if legal else re.split(r"[ 　]", chunk.value)[0]
    return Span(chunk.start, chunk.start + len(text), text)


def _is_noise(scan: Scan, chunk: Span, knowledge: Knowledge) -> bool:
    """Whether a signature line is a title, phone, address, closing or greeting rather than a company."""
    text, folded = chunk.value, fold(chunk.value)
    if len(text) < 2 or _PHONE.search(text) or len(text) > 60 or not re.search(r"[^\W\d]", text):
        return True
    words = set(re.findall(r"[^\W\d_]+", folded))
    titles = {t for x in scan.lexicons for t in (*x.titles, *x.not_names)}
    if words and words <= titles | {"and", "of", "the", "&", "de", "des", "für", "und"}:
        return True
    closing = scan.within(
        chunk.start, chunk.end, "cues.please", "labels.phone", "labels.email", "labels.address", "cues.question"
    )
    if any(t in folded for x in scan.lexicons for t in x.titles if len(t) > 1 and not t.isascii()):
        return True
    return (
        bool(closing)
        or (text.endswith(("!", "。", "！", ".")) and not has_legal_form(text, knowledge.gazetteers))
        or text[0].islower()
    )


def _overlap(folded: str, domain: str) -> bool:
    words = [w for w in re.findall(r"[a-z0-9]+", folded) if len(w) > 2]
    parts = re.split(r"[-.]", domain)
    return bool(words) and sum(
        any(p.startswith(w[:5]) or w.startswith(p[:5]) for p in parts if len(p) > 2) for w in words
    ) >= max(1, len(words) / 2)


def _extracted(scan: Scan, span: Span) -> Extracted[str]:
    return Extracted(_clean(span.value), (scan.evidence(span.start, span.end),))


def _clean(text: str) -> str:
    return " ".join(text.split()).strip(" ,;:*-–—")
