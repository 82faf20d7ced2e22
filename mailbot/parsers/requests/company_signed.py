"""The reseller's company as introductions and signatures give it."""

import re
from collections.abc import Iterator, Sequence

from mailbot.domain.evidence import Extracted
from mailbot.parsers.fold import fold
from mailbot.parsers.legal import LegalForms, legal_forms
from mailbot.parsers.lexicon import Gazetteers, Knowledge
from mailbot.parsers.people import is_person
from mailbot.parsers.requests.company_form import CAPITALISED, CJK, CJK_LEGAL, PHONE, clean, has_legal_form
from mailbot.parsers.scan import Scan, Span

_FROM_COMPANY = (
    r"\b,?\s(?:here )?(?:from|of|at|with|von|vom|bei|de|da|do|del|chez|di|van|pour)\s"
    r"((?:[A-ZÀ-Þ][\w&.'-]*\s?){1,5})"
)
_CJK_WRITER = re.compile(
    r"(?:^|\n)[^\n。]{0,20}?((?:株式会社|合同会社|有限会社)[^\s、。のと]{2,20}"
    r"|[^\s、。の]{2,20}(?:株式会社|合同会社|有限会社))(?=[の\s　]|です)"
)
_DEPARTMENT = re.compile(r"(?:課|部|室|팀|본부|사업부|组|組)$")
_CHUNK = re.compile(r"[^|｜\n,，;；/\t·•]+")


def self_introduced(scan: Scan, name: str | None) -> Iterator[Extracted[str]]:
    """The company that stands before the writer's name ("株式会社Xの山田", "我是X的何", "X 박하은입니다")."""
    head = scan.text[:260]
    parts = [p for p in re.split(r"[ 　]", name or "") if p]
    keys = [re.escape(name), *map(re.escape, parts[:1])] if name else []
    for key in keys:
        if CJK.search(key):
            for pattern in (
                rf"([^\s，,。、.:：\n]{{2,24}})[ 　][^\s，,。、]{{1,10}}(?:課|部|室|팀|部门)\s?(?:の|的)\s?{key}",
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
            m = re.search(rf"(?:^|[\s、。,，])([^\s，,。、.:：\n]{{2,24}}?)\s?(?:の|的)\s?{key}", head)
            if m and CJK.search(m[1]):
                yield Extracted(m[1], (scan.evidence(m.start(1), m.end(1)),))
                return
            m = re.search(key + _FROM_COMPANY, head)
            if m:
                company = re.split(r"(?<=\w\w)\.\s", m[1])[0].rstrip()  # the next sentence is no part of it
                yield Extracted(clean(company), (scan.evidence(m.start(1), m.start(1) + len(company)),))
                return
    for ours in scan.within(0, len(head), "cues.ours"):  # "we (North Mill Ltd)"
        m = re.compile(r"\s?[（(]([^）)\n（(]{2,40}(?:[（(][^）)\n]{1,12}[）)][^）)\n]{0,24})?)[）)]").match(
            scan.text, ours.end
        )
        if m and not re.search(r"\d|@|\.", m[1]):
            yield Extracted(clean(m[1]), (scan.evidence(m.start(1), m.end(1)),))
            return
    cjk = _CJK_WRITER.search(head)
    if cjk:
        yield Extracted(cjk[1], (scan.evidence(cjk.start(1), cjk.end(1)),))


def signed(
    scan: Scan, spans: Sequence[tuple[int, int]], name: str | None, email: str, knowledge: Knowledge
) -> Iterator[Extracted[str]]:
    own = set(fold(name or "").split())
    chunks = [c for c in _chunks(scan, spans, name, knowledge.gazetteers) if not set(fold(c.value).split()) <= own]
    forms = legal_forms(knowledge.gazetteers.legal_forms)
    domain = email.rpartition("@")[2]
    label = re.sub(r"[^a-z0-9]", "", ".".join(domain.split(".")[:-1]))
    for chunk in chunks:
        if has_legal_form(chunk.value, knowledge.gazetteers) and forms.without(chunk.value):
            within = _in_sentence(scan, chunk, name, forms)
            if within is not None:
                yield _extracted(scan, within)
                continue
            whole = legal_forms(knowledge.gazetteers.legal_forms).up_to(chunk.value)
            yield _extracted(scan, _trim_cjk(Span(chunk.start, chunk.start + len(whole), whole)))
    for chunk in chunks:
        plain = re.sub(r"[^a-z0-9]", "", fold(chunk.value))
        if len(plain) >= 4 and (plain in label or label in plain or _overlap(fold(chunk.value), domain)):
            yield _extracted(scan, chunk)
    for chunk in map(_trim_cjk, chunks):
        if _is_noise(scan, chunk, knowledge):
            continue
        if _follows_name(scan, chunk, name) or not is_person(chunk.value, email, knowledge):
            yield _extracted(scan, chunk)


def _in_sentence(scan: Scan, chunk: Span, name: str | None, forms: LegalForms) -> Span | None:
    """Return the company of a chunk that is a sentence ("ich bin bei der Noack GmbH für Lizenzen zuständig")."""
    if CJK.search(chunk.value) or (len(chunk.value.split()) <= 6 and not chunk.value[0].islower()):
        return None
    for m in CAPITALISED.finditer(chunk.value):
        end = forms.end_after(scan.folded, chunk.start + m.end())
        text = scan.text[chunk.start + m.start() : end]
        text = re.sub(rf"^{re.escape(name)}\s\S+\s", "", text) if name else text  # "Eva Sartori di Sartori S.n.c."
        if forms.in_name(text) and forms.without(text):
            return Span(end - len(text), end, text)
    return None


def _follows_name(scan: Scan, chunk: Span, name: str | None) -> bool:
    """Whether the writer's name stands before on the line ("乔安娜 | 金禾云"): what follows is no second person."""
    before = scan.text[scan.text.rfind("\n", 0, chunk.start) + 1 : chunk.start]
    return name is not None and bool(re.match(rf"\W*{re.escape(name)}\s*[|｜/·•]\s*$", before))


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
                    bare = part.strip(" 　\t-–—:：()（）様님드림拜上@＠")
                    if bare and not _is_given_name(bare, part):
                        yield from _apart(part, at)
                continue
            if piece.strip():
                yield from _apart(piece, m.start())


def _is_given_name(bare: str, part: str) -> bool:
    """Whether what stands beside a name is the same name in another script ("Cindy Fang（方芳）")."""
    return len(bare) <= 4 and bool(re.match(r"\s*[（(].*[)）]\s*$", part))


def _apart(text: str, at: int) -> Iterator[Span]:
    """Yield what dashes set apart ("Account manager – North Mill", "North Mill - tax no. 12 345")."""
    for m in re.finditer(r"(?:(?!\s[-–—]\s).)+", text, re.DOTALL):
        if m[0].strip():
            yield _stripped(m[0], at + m.start())


def _stripped(text: str, at: int) -> Span:
    lead = len(text) - len(text.lstrip(" 　\t-–—*>:：=_@＠"))
    plain = text.strip(" 　\t-–—*>:：=_@＠")
    return Span(at + lead, at + lead + len(plain), plain)


def _trim_cjk(chunk: Span) -> Span:
    """Cut a department off a CJK company line ("苏州合纵软件有限公司 渠道部")."""
    if not CJK.search(chunk.value):
        return chunk
    legal = CJK_LEGAL.match(chunk.value)
    text = legal[0] if legal else re.split(r"[ 　]", chunk.value)[0]
    return Span(chunk.start, chunk.start + len(text), text)


def _is_noise(scan: Scan, chunk: Span, knowledge: Knowledge) -> bool:
    """Whether a signature line is a title, phone, address, closing or greeting rather than a company."""
    text, folded = chunk.value, fold(chunk.value)
    if text[0] in "小老阿" and text[1:] in knowledge.gazetteers.surnames["zh"]:
        return True  # 小李
    if (
        _DEPARTMENT.search(text)
        or len(text) < 2
        or PHONE.search(text)
        or len(text) > 60
        or not re.search(r"[^\W\d]", text)
    ):
        return True
    if _says_more(scan, chunk):
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


def _says_more(scan: Scan, chunk: Span) -> bool:
    """Whether a chunk is a date, holds an address or site, or begins with a label ("비고", "Remarks")."""
    for marks in (scan.dates, scan.emails, scan.sites):
        if any(m.end > chunk.start for m in marks.around(chunk.start, chunk.end)):
            return True
    labels = [h for h in scan.hits.starting(chunk.start, chunk.start + 1) if h.tag.startswith("labels.")]
    said = re.compile(r"\s*(?:[:：]|$|[はがの은는]|\b(?:is|ist|est|es|è|jest)\b)")
    return any(said.match(scan.text, h.end) for h in labels if h.end <= chunk.end)


def _overlap(folded: str, domain: str) -> bool:
    words = [w for w in re.findall(r"[a-z0-9]+", folded) if len(w) > 2]
    parts = re.split(r"[-.]", domain)
    return bool(words) and sum(
        any(p.startswith(w[:5]) or w.startswith(p[:5]) for p in parts if len(p) > 2) for w in words
    ) >= max(1, len(words) / 2)


def _extracted(scan: Scan, span: Span) -> Extracted[str]:
    return Extracted(clean(span.value), (scan.evidence(span.start, span.end),))
