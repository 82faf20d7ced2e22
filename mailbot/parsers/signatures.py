"""Signatures, legal footers and gateway banners at the ends of what somebody wrote."""

import re
from collections.abc import Sequence

from mailbot.domain.message import Address, Role
from mailbot.parsers.history import Line
from mailbot.parsers.knowledge import MailKnowledge

_DELIMITER = re.compile(r"\s*(?:--|—|––)\s*\Z")
_SET_APART = re.compile(r"\S {2,}\S")
_RULED = re.compile(r"\s*[-_=*~—–─━＊＝ー・.+]{4,}\s*\Z")
# What only a request says: a site, a subscription's number.
_IDENTIFIER = re.compile(r"atlassian\.net|\bSEN\b|ＳＥＮ|\bE-[A-Z0-9]{3}-[A-Z0-9]{3}", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_SENTENCE_END = (".", "!", "?", "。", "！", "？", ":", "：", ",", "、", "，", ";")
_ENDINGS = " \t,.!。，、！:：;~～♪^-–—"
_NUMBER_NEXT = re.compile(r"\w{0,3}\s{0,9}[:：]?\s{0,9}\d")
_WHOLE_NUMBER = re.compile(r"\d+")
_WORD_NEXT = re.compile(r"[\s-]?[^\W\d_]{2}|[^\W\d_]")
_PART_END = re.compile(r"[,;.!。、，]\s*")
_NAME_WORD = re.compile(r"[^\W\d_]+")
_MAX_SIGNATURE = 15  # lines
_MAX_SIGNATURE_WIDTH = 100
_MAX_PROMOTION = 140
_MAX_NAME_LINE = 60
_MAX_FOOTER = 20_000  # characters


def mark_endings(
    lines: list[Line],
    own: Sequence[int],
    knowledge: MailKnowledge,
    author: Address | None,
    roles: list[Role],
    role: Role,
) -> None:
    """Mark footers, banners and signatures among the lines `own` that one person wrote."""
    for region in _regions(own):
        _mark_footers(lines, region, knowledge, roles)
        rest = [i for i in region if roles[i] is role]
        start = _signature_start(lines, rest, knowledge, author)
        if start is not None:
            for i in rest[start:]:
                roles[i] = Role.SIGNATURE
    _mark_banner(lines, own, knowledge, roles, role)


def _regions(own: Sequence[int]) -> list[list[int]]:
    """Return the runs of consecutive lines."""
    regions: list[list[int]] = []
    for i in own:
        if regions and regions[-1][-1] == i - 1:
            regions[-1].append(i)
        else:
            regions.append([i])
    return regions


def _mark_footers(lines: list[Line], region: list[int], knowledge: MailKnowledge, roles: list[Role]) -> None:
    """Mark "sent from my phone" lines, and from the end upwards the paragraphs that are legal footers."""
    for i in region:
        if _is_sent_from(lines[i].text, knowledge):
            roles[i] = Role.DISCLAIMER
    for paragraph in reversed(_paragraphs(lines, region)):
        text = "\n".join(lines[i].text for i in paragraph)
        if all(roles[i] is Role.DISCLAIMER for i in paragraph):
            continue
        if not _is_footer(text, knowledge) or any(is_request(lines[i].text, knowledge) for i in paragraph):
            break
        for i in paragraph:
            roles[i] = Role.DISCLAIMER


def _is_sent_from(text: str, knowledge: MailKnowledge) -> bool:
    folded = text.strip(" \t-_*[]<>").casefold().replace("’", "'")
    if not folded or len(folded) > 120 or _IDENTIFIER.search(folded):
        return False
    return folded.startswith(knowledge.sent_from)


def _is_footer(text: str, knowledge: MailKnowledge) -> bool:
    if len(text) > _MAX_FOOTER or (len(text) < 40 and not _wide(text)):
        return False
    folded = text.casefold().replace("’", "'")
    return sum(1 for word in knowledge.disclaimers if word in folded) >= 2


def _wide(text: str) -> bool:
    return len(text) >= 15 and any("\u3000" <= char <= "\ud7a3" for char in text)


def _paragraphs(lines: list[Line], region: Sequence[int]) -> list[list[int]]:
    paragraphs: list[list[int]] = []
    after_blank = True
    for i in region:
        if lines[i].is_blank:
            after_blank = True
        elif after_blank:
            paragraphs.append([i])
            after_blank = False
        else:
            paragraphs[-1].append(i)
    return paragraphs


def _mark_banner(
    lines: list[Line], own: Sequence[int], knowledge: MailKnowledge, roles: list[Role], role: Role
) -> None:
    """Mark the warning that a gateway puts above mail from outside."""
    paragraphs = _paragraphs(lines, own[:40])
    if len(paragraphs) < 2:
        return
    text = " ".join(lines[i].text for i in paragraphs[0]).casefold().strip(" *-_[]|\t")
    if len(text) < 600 and text.startswith(knowledge.banners):
        for i in paragraphs[0]:
            if roles[i] is role and not is_request(lines[i].text, knowledge):
                roles[i] = Role.DISCLAIMER


def is_request(text: str, knowledge: MailKnowledge) -> bool:
    """Whether a line says what belongs to a request: a site, a SEN, a product with a number, a number of users."""
    if len(text) > _MAX_FOOTER or _IDENTIFIER.search(text):
        return True
    if _DIGIT.search(text) is None:
        return False
    folded = text.casefold()
    return any(word in folded for word in knowledge.product_words) or any(
        _is_counted(folded, word) for word in knowledge.count_words if word in folded
    )


def _is_counted(folded: str, word: str) -> bool:
    """Whether a number stands right before the word or, with or without a colon, behind it."""
    before, _, after = folded.partition(word)
    return before.rstrip()[-1:].isdigit() or _NUMBER_NEXT.match(after) is not None


def _is_promotion(text: str, knowledge: MailKnowledge) -> bool:
    """Whether a line below a sender's name advertises: it lists products, and its one number counts none of them.

    The number stands among words of its own ("ask for our 30 day trial"), away from the products and from both ends.
    """
    if len(text) > _MAX_PROMOTION:
        return False
    folded = text.casefold().strip()
    numbers = list(_WHOLE_NUMBER.finditer(folded))
    if len(numbers) != 1 or folded.startswith(knowledge.postscripts):
        return False
    if _IDENTIFIER.search(folded) or any(_is_counted(folded, w) for w in knowledge.count_words if w in folded):
        return False
    start, end = numbers[0].span()
    named = [(folded.find(word), folded.find(word) + len(word)) for word in knowledge.product_words if word in folded]
    apart = all(end + 3 <= first or last + 3 <= start for first, last in named)
    amid_words = start > 0 and _WORD_NEXT.match(folded, end) is not None and folded[start - 1] not in "x×+*("
    return len(named) >= 2 and apart and amid_words


def _may_be_name(text: str, knowledge: MailKnowledge) -> bool:
    """Whether a line right below a closing can be the sender's name: a few words, no sentence, no label."""
    stripped = text.strip()
    return (
        0 < len(stripped) <= _MAX_NAME_LINE
        and len(stripped.split()) <= 6
        and not stripped.endswith(_SENTENCE_END[1:])
        and not any(char in stripped for char in ":：@。")
        and _DIGIT.search(stripped) is None
        and not any(word in stripped.casefold() for word in knowledge.product_words)
    )


def _signature_start(
    lines: list[Line], region: Sequence[int], knowledge: MailKnowledge, author: Address | None
) -> int | None:
    """Return the index in `region` from which everything is signature, or None."""
    inked = [n for n, i in enumerate(region) if not lines[i].is_blank]
    for n in inked:
        if n and _DELIMITER.match(lines[region[n]].text) and len(region) - n <= 40:
            return n
    for n in reversed(inked[-_MAX_SIGNATURE:]):
        below = [lines[region[m]].text for m in inked[-_MAX_SIGNATURE:] if m > n]
        text = lines[region[n]].text
        promoted = [line for line in (*below, text) if _is_promotion(line, knowledge)]
        other = [line for line in (*below, text) if line not in promoted]
        if any(is_request(line, knowledge) for line in other) or any(len(t) > _MAX_SIGNATURE_WIDTH for t in other):
            break
        if below and is_closing(text, knowledge):
            if (n == 0 and len(region) > 1) or (promoted and not _may_be_name(below[0], knowledge)):
                continue
            return n + 1
    return _by_rule(lines, region, inked, knowledge) or _by_name(lines, region, inked, knowledge, author)


def is_closing(text: str, knowledge: MailKnowledge) -> bool:
    """Whether a line closes a letter ("Kind regards") and says nothing else."""
    folded = " ".join(text.casefold().replace("’", "'").strip(_ENDINGS).split())
    if not folded or len(folded) > 90:
        return False
    if folded in knowledge.closings or folded in knowledge.courtesies:
        return True
    parts = [part.strip(_ENDINGS) for part in _PART_END.split(folded)]
    return all(part in knowledge.closings or part in knowledge.courtesies for part in parts if part)


def _by_rule(lines: list[Line], region: Sequence[int], inked: list[int], knowledge: MailKnowledge) -> int | None:
    """A line of dashes near the end, with short lines and nothing of a request below."""
    for n in inked[-_MAX_SIGNATURE - 1 : -1]:
        if not n or not _RULED.match(lines[region[n]].text) or _ends_table(lines, region, n):
            continue
        below = [m for m in inked[-_MAX_SIGNATURE:] if m > n]
        if not any(
            is_request(lines[region[m]].text, knowledge) or len(lines[region[m]].text) > _MAX_SIGNATURE_WIDTH
            for m in below
        ):
            return n
    return None


def _ends_table(lines: list[Line], region: Sequence[int], n: int) -> bool:
    """Whether a line of dashes is the lower edge of a table: columns right above, and the upper edge above them."""
    if not _SET_APART.search(lines[region[n - 1]].text.strip()):
        return False
    return any(_RULED.match(lines[region[m]].text) for m in range(max(0, n - 12), n))


def _by_name(
    lines: list[Line], region: Sequence[int], inked: list[int], knowledge: MailKnowledge, author: Address | None
) -> int | None:
    """The last paragraphs, from a line that is little more than the author's name."""
    words = _name_words(author)
    if not words or not inked:
        return None
    start: int | None = None
    for n in reversed(inked[-_MAX_SIGNATURE:]):
        text = lines[region[n]].text
        if _is_promotion(text, knowledge):
            continue
        if is_request(text, knowledge) or len(text) > _MAX_SIGNATURE_WIDTH:
            break
        if _is_name_line(text, words, knowledge):
            start = n
            break
    if start is None:
        return None
    while start > 1 and _is_company_line(lines[region[start - 1]].text, knowledge):
        start -= 1
    if start == 0 and len(inked) > 0:
        return None
    return start


def _name_words(author: Address | None) -> list[str]:
    if author is None or not author.name:
        return []
    return [word.casefold() for word in _NAME_WORD.findall(author.name) if len(word) > 1 or word > "\u3000"]


def _is_name_line(text: str, words: list[str], knowledge: MailKnowledge) -> bool:
    """Whether a line holds the author's name (all of it, or its first word alone) and no sentence."""
    stripped = text.strip()
    if not stripped or len(stripped) > _MAX_NAME_LINE or stripped.endswith(_SENTENCE_END) or "。" in stripped:
        return False
    if any(honorific in stripped for honorific in knowledge.honorifics) or "@" in stripped.partition(" ")[0]:
        return False
    folded = stripped.casefold()
    present = [word for word in words if word in folded]
    if not present:
        return False
    head = folded[: min(folded.find(word) for word in present)]
    if ":" in head or "：" in head:
        return False
    others = [word for word in _NAME_WORD.findall(folded) if word not in words]
    if len(present) == len(words):
        return len(others) <= 5
    return not others and not _DIGIT.search(folded)


def _is_company_line(text: str, knowledge: MailKnowledge) -> bool:
    """Whether a line above the name may belong to the signature: short, no sentence, no label, no closing."""
    stripped = text.strip()
    return (
        0 < len(stripped) <= 40
        and not stripped.endswith(_SENTENCE_END)
        and not any(char in stripped for char in ":：。、，@")
        and not stripped.startswith(("-", "*", "・", "•", "■", "．"))
        and not is_request(stripped, knowledge)
        and not is_closing(stripped, knowledge)
        and len(stripped.split()) <= 5
        and _DIGIT.search(stripped) is None
    )
