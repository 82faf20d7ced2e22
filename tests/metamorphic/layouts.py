"""The ways in which one request is laid out; each gives the letters of a thread, oldest first."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from mailbot.domain.request import MoreUsers, UserRange, Users
from tests.metamorphic.files import as_csv, as_docx, as_pdf, as_xlsx
from tests.metamorphic.letter import File, Letter, Rows
from tests.metamorphic.structure import TODAY, Asked, Line
from tests.metamorphic.wording import Wording, facts_of, said_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a layout has to say. `first` is the part of the request that the first mail of a thread says, `ask` our
    printed answer to it; `missing` are the paths that it asks for."""

    asked: Asked
    first: Asked
    our_answer: str
    missing: tuple[str, ...]
    wording: Wording


def key_value(task: Task) -> list[Letter]:
    """A block of `label: value` lines."""
    lines = [f"{label}: {value}" for label, value in _labelled(task.asked, task.wording)]
    return [_letter(task, "\n".join(lines))]


def prose(task: Task) -> list[Letter]:
    """Sentences."""
    return [_letter(task, _running(_sentences(task.asked, task.wording), task.wording))]


def paragraphs(task: Task) -> list[Letter]:
    """A sentence to a line."""
    return [_letter(task, *_sentences(task.asked, task.wording))]


def bullets(task: Task) -> list[Letter]:
    """A sentence, then a list of the rest."""
    wording = task.wording
    mark = wording.rng.choice(("- ", "* ", "• ", "· "))
    items = [f"{label}: {value}" for label, value in _facts_labelled(task.asked, wording)]
    items += [wording.line(line) for line in task.asked.lines]
    return [_letter(task, _bare_ask(task.asked, wording), "\n".join(mark + item for item in items))]


def html_table(task: Task) -> list[Letter]:
    """A sentence, labelled facts, and a table of the lines."""
    wording = task.wording
    facts = [f"{label}: {value}" for label, value in _facts_labelled(task.asked, wording)]
    table = _table(task.asked.lines, wording)
    blocks = [_bare_ask(task.asked, wording), "\n".join(facts), *([Rows(table)] if table else [])]
    return [replace(_letter(task, *blocks), wants_html=True)]


def html_form(task: Task) -> list[Letter]:
    """A table with labels on the left."""
    rows = [(label, value) for label, value in _labelled(task.asked, task.wording)]
    return [replace(_letter(task, _bare_ask(task.asked, task.wording), Rows(rows)), wants_html=True)]


def forwarded(task: Task) -> list[Letter]:
    """The customer's own mail under a line of the reseller's."""
    asked, wording = task.asked, task.wording
    facts = facts_of(asked, wording)
    values = _values(facts)
    told = wording.pick("theirs", asked.form, values)
    if not told or asked.person_name is None or asked.person_email is None:
        return prose(task)
    sentences = [told.format(**values)]
    for name in ("sen", "target", "site", "lines"):
        if name in facts and not said_by(told) & set(facts[name]):
            sentences.append(wording.fact(name, facts[name]))
    headers = wording.word("mail")["headers"]
    head = [
        wording.pick("mail", "forwarded"),
        f"{headers['from']}: {asked.person_name} <{asked.person_email}>",
        f"{headers['sent']}: {wording.date(TODAY - dt.timedelta(days=1))}",
        f"{headers['to']}: {asked.reseller.name} <{asked.reseller.email}>",
        f"{headers['subject']}: {wording.pick('subjects', asked.form, ()) or 'Atlassian'}",
    ]
    theirs = [
        "\n".join(head),
        wording.pick("mail", "greeting"),
        _running(sentences, wording),
        f"{wording.pick('mail', 'closing')}\n{asked.person_name}\n{asked.customer_company}",
    ]
    contact = next(name for name in ("contact", "person") if name in facts)
    own = [wording.pick("mail", "cover"), wording.fact(contact, facts[contact])]
    own += [wording.fact(name, facts[name]) for name in ("customer_place", "reseller_place") if name in facts]
    return [replace(_letter(task, _running(own, wording)), below="\n\n".join(theirs))]


def mobile(task: Task) -> list[Letter]:
    """One line from a phone."""
    asked, wording = task.asked, task.wording
    facts = facts_of(asked, wording)
    values = _values(facts)
    short = wording.pick("short", asked.form, values)
    if not short:
        return prose(task)
    parts = [short.format(**values)]
    for name, fact in facts.items():
        if name != "customer" and not said_by(short) & set(fact):
            parts.append(wording.fact(name, fact))
    letter = _letter(task, _running(parts, wording))
    return [replace(letter, greeting="", closing="", footer=(wording.pick("mail", "sent_from"),))]


def signature_heavy(task: Task) -> list[Letter]:
    """Few words over a long signature."""
    letter = prose(task)[0]
    return [replace(letter, signature=_signature(task), footer=(task.wording.pick("mail", "disclaimer"),))]


def reply_top(task: Task) -> list[Letter]:
    """A second mail with what was missing, above our quoted answer."""
    if task.first == task.asked:
        return prose(task)
    return _thread(task, replace(_completion(task), below=_quoted(task)))


def reply_bottom(task: Task) -> list[Letter]:
    """A second mail with what was missing, below our quoted answer."""
    if task.first == task.asked:
        return prose(task)
    return _thread(task, replace(_completion(task), above=_quoted(task), greeting=""))


def reply_inline(task: Task) -> list[Letter]:
    """A second mail with each answer below its quoted question."""
    answers = [_answer(path, task) for path in task.missing]
    if None in answers or not _said_later(task) <= set(task.missing):
        return reply_top(task)
    waiting = iter(answers)
    blocks = [
        f"{block}\n\n{next(waiting, '')}\n" if _QUESTION.match(block) else f"{block}\n> "
        for block in _quoted(task).split("\n> \n")
    ]
    return _thread(task, replace(_letter(task, "\n".join(blocks)), greeting=""))


def attached(
    task: Task, make: Callable[[Sequence[Sequence[str]]], bytes], name: str, content_type: str
) -> list[Letter]:
    """A short cover over a file that says everything."""
    asked, wording = task.asked, task.wording
    form = [(label, value) for label, value in _labelled(replace(asked, lines=()), wording)]
    table = _table(asked.lines, wording)
    rows = [*form, *([(), *table] if table else [])]
    file = File(name=name, content_type=content_type, content=make(rows))
    cover = _running([_bare_ask(asked, wording), _capitalised(wording.pick("mail", "attached"))], wording)
    return [replace(_letter(task, cover), files=(file,))]


_OFFICE = "application/vnd.openxmlformats-officedocument"
LAYOUTS: Mapping[str, Callable[[Task], list[Letter]]] = {
    "key_value": key_value,
    "paragraphs": paragraphs,
    "prose": prose,
    "bullets": bullets,
    "mobile": mobile,
    "html_form": html_form,
    "html_table": html_table,
    "signature_heavy": signature_heavy,
    "reply_top": reply_top,
    "reply_bottom": reply_bottom,
    "reply_inline": reply_inline,
    "forwarded": forwarded,
    "csv": partial(attached, make=as_csv, name="order.csv", content_type="text/csv"),
    "xlsx": partial(attached, make=as_xlsx, name="order.xlsx", content_type=f"{_OFFICE}.spreadsheetml.sheet"),
    "docx": partial(attached, make=as_docx, name="request.docx", content_type=f"{_OFFICE}.wordprocessingml.document"),
    "pdf": partial(attached, make=as_pdf, name="request.pdf", content_type="application/pdf"),
}
"""Simplest first: a failure is tried in the simpler ones before it is shown."""

_QUESTION = re.compile(r"> \d+\. ")
THREADS = ("reply_top", "reply_bottom", "reply_inline")


def _letter(task: Task, *blocks: str | Rows) -> Letter:
    asked, wording = task.asked, task.wording
    subject = wording.pick("subjects", asked.form, {"customer"} | ({"site"} if task.first.site else set()))
    return Letter(
        subject=subject.format(customer=asked.customer_company, site=asked.site),
        greeting=wording.pick("mail", "greeting"),
        blocks=tuple(block for block in blocks if block),
        closing=wording.pick("mail", "closing"),
        name=asked.reseller.name,
        signature=(asked.reseller_company,),
    )


def _sentences(asked: Asked, wording: Wording) -> list[str]:
    """Return the opening request and a sentence for all that it leaves unsaid."""
    facts = facts_of(asked, wording)
    values = _values(facts)
    opening = wording.pick("ask", asked.form, values)
    told = [_capitalised(opening.format(**values))]
    for name, fact in facts.items():
        if not said_by(opening) & set(fact):
            told.append(wording.fact(name, fact))
    return told


def _running(sentences: Sequence[str], wording: Wording) -> str:
    """Return the sentences as one paragraph, each with a full stop."""
    stop, space = wording.word("lines")["stop"], wording.word("lines")["space"]
    return space.join(s if s.endswith((".", "?", "。", "！", "？")) else s + stop for s in sentences)


def _bare_ask(asked: Asked, wording: Wording) -> str:
    return _capitalised(wording.pick("ask", asked.form, ()))


def _capitalised(text: str) -> str:
    return text if ".atlassian.net" in text.split(" ")[0] else text[:1].upper() + text[1:]


def _values(facts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return what an opening may name; people and places have sentences of their own."""
    return {k: v for name, fact in facts.items() if name in fact for k, v in fact.items()}


def _facts_labelled(asked: Asked, wording: Wording) -> list[tuple[str, str]]:
    """Return label and value for all but the lines."""
    rows: list[tuple[str, str]] = []
    for name, fact in facts_of(asked, wording).items():
        match name:
            case "lines":
                continue
            case "contact" | "person":
                rows.append((wording.pick("labels", name), fact["name"]))
                rows.append((wording.pick("labels", f"{name}_email"), fact["email"]))
            case "contact_name" | "person_name":
                rows.append((wording.pick("labels", name.removesuffix("_name")), fact["name"]))
            case _:
                rows.append((wording.pick("labels", name), next(iter(fact.values()))))
    return rows


def _labelled(asked: Asked, wording: Wording) -> list[tuple[str, str]]:
    """Return label and value for everything."""
    rows = [(wording.pick("labels", "kind"), wording.pick("kinds", asked.form)), *_facts_labelled(asked, wording)]
    if len(asked.lines) == 1:
        header, row = _table(asked.lines, wording)
        rows += zip(header, row, strict=True)
    elif asked.lines:
        rows.append((wording.pick("labels", "product"), "; ".join(wording.line(line) for line in asked.lines)))
    return rows


def _table(lines: Sequence[Line], wording: Wording) -> list[list[str]]:
    """Return header and rows with the columns that the lines need; increments are told in words, not in cells."""
    if not lines:
        return []
    columns = ["product"]
    columns += ["plan"] if any(line.plan for line in lines) else []
    columns += ["before"] if any(line.before for line in lines) else []
    columns += ["users"] if any(line.quantity for line in lines) else []
    return [[wording.pick("labels", column) for column in columns], *(_row(line, columns, wording) for line in lines)]


def _row(line: Line, columns: Sequence[str], wording: Wording) -> list[str]:
    more = "+" if isinstance(line.quantity, MoreUsers) else ""
    values = {
        "product": wording.product(line.product),
        "plan": wording.plan(line.plan) if line.plan else "",
        "before": wording.count(line.before, words=False) if line.before else "",
        "users": more + wording.quantity(line.quantity, words=False) if line.quantity else "",
    }
    return [values[column] for column in columns]


def _signature(task: Task) -> tuple[str, ...]:
    wording, asked = task.wording, task.asked
    number = wording.rng.randint
    return (
        wording.pick("mail", "titles"),
        asked.reseller_company,
        f"{wording.pick('mail', 'phone')}: +{number(1, 99)} {number(100, 999)} {number(10_000, 9_999_999)}",
        f"www.{asked.reseller.email.partition('@')[2]}",
        wording.pick("mail", "promotion"),
    )


def _thread(task: Task, second: Letter) -> list[Letter]:
    """Return a first mail that leaves some things unsaid, and the second in answer to it."""
    first = prose(replace(task, asked=task.first))[0]
    return [first, replace(second, subject=first.subject, is_reply=True)]


def _completion(task: Task) -> Letter:
    """Return a mail that says what the first one left unsaid."""
    asked, first, wording = task.asked, task.first, task.wording
    facts = facts_of(asked, wording)
    before = facts_of(first, wording)
    told = [wording.fact(name, fact) for name, fact in facts.items() if name not in before]
    if asked.lines != first.lines:
        told.append("\n".join(wording.line(line) for line in asked.lines))
    return _letter(task, _capitalised(wording.pick("mail", "answer")), "\n".join(told))


def _quoted(task: Task) -> str:
    head = task.wording.pick("mail", "attribution").format(
        date=task.wording.date(TODAY - dt.timedelta(days=1)), name="Reseller Quotes", email="quotes@seller.example"
    )
    return head + "\n" + "\n".join(f"> {line}" for line in task.our_answer.rstrip().split("\n"))


def _said_later(task: Task) -> set[str]:
    """Return the paths of what the first mail leaves unsaid."""
    asked, first = task.asked, task.first
    who = "customer" if asked.form == "new_site" else "authorized_contact"
    paths = {
        "site": asked.site != first.site,
        f"{who}.name": asked.person_name != first.person_name,
        f"{who}.email": asked.person_email != first.person_email,
        "customer.billing_address": asked.customer_place != first.customer_place,
        "reseller.billing_address": asked.reseller_place != first.reseller_place,
        "target_end_date": asked.target != first.target,
    }
    for index, (line, before) in enumerate(zip(asked.lines, first.lines, strict=True)):
        paths[f"lines[{index}].plan"] = line.plan != before.plan
        paths[f"lines[{index}].users"] = line.quantity != before.quantity
    return {path for path, differs in paths.items() if differs} or {"nothing"}


def _answer(path: str, task: Task) -> str | None:
    """Return what a person writes below the question for this path."""
    asked, wording = task.asked, task.wording
    if path.startswith("lines["):
        line = asked.lines[int(path[6 : path.index("]")])]
        if path.endswith("plan"):
            return wording.plan(line.plan) if line.plan else None
        return wording.quantity(line.quantity, words=False) if isinstance(line.quantity, Users | UserRange) else None
    values = {
        "site": ", ".join((asked.site or "", *asked.sens)),
        "authorized_contact.name": asked.person_name,
        "authorized_contact.email": asked.person_email,
        "customer.name": asked.person_name,
        "customer.email": asked.person_email,
        "customer.billing_address": asked.customer_place.text if asked.customer_place else None,
        "reseller.billing_address": asked.reseller_place.text if asked.reseller_place else None,
        "target_end_date": wording.date(asked.target) if asked.target else None,
    }
    return values.get(path)
