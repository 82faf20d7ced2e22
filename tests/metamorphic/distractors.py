"""What stands in mails beside the request and must change nothing."""

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.metamorphic.layouts import LAYOUTS, Task
from tests.metamorphic.letter import File, Letter
from tests.metamorphic.structure import TODAY, draw
from tests.metamorphic.wording import Wording, cast_of

_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def noise(letter: Letter, task: Task) -> Letter:
    """One or two sentences with numbers that mean something else."""
    wording = task.wording
    sentences = [wording.pick("noise", "sentences") for _ in range(wording.rng.choice((1, 2)))]
    number = wording.rng.randint
    text = " ".join(dict.fromkeys(sentences)).format(
        number=number(1_000_000, 99_999_999),
        price=wording.count(number(900, 9000), words=False),
        deadline=wording.date(TODAY + dt.timedelta(days=number(5, 40))),
        phone=f"+{number(1, 99)} {number(100, 999)} {number(100_000, 9_999_999)}",
    )
    return replace(letter, blocks=(*letter.blocks, text))


def signature(letter: Letter, task: Task) -> Letter:
    """Role, company and telephone below the name."""
    wording = task.wording
    phone = f"+{wording.rng.randint(1, 99)} {wording.rng.randint(100, 999)} {wording.rng.randint(100_000, 9_999_999)}"
    lines = (wording.pick("mail", "titles"), task.asked.reseller_company, f"{wording.pick('mail', 'phone')} {phone}")
    return replace(letter, signature=lines)


def promotion(letter: Letter, task: Task) -> Letter:
    """Products and dates below a signature."""
    return replace(letter, signature=(*letter.signature, "", task.wording.pick("mail", "promotion")))


def disclaimer(letter: Letter, task: Task) -> Letter:
    """A legal footer."""
    return replace(letter, footer=(*letter.footer, task.wording.pick("mail", "disclaimer")))


def older_request(letter: Letter, task: Task) -> Letter:
    """An older mail of the reseller about another customer, quoted below."""
    if letter.below or letter.above:
        return letter
    wording = task.wording
    rng = random.Random(wording.rng.random())
    other = replace(draw(cast_of(wording.language), rng), reseller=task.asked.reseller)
    past = Wording(wording.language, rng)
    quoted = LAYOUTS["prose"](replace(task, asked=other, first=other, wording=past))[0]
    head = past.pick("mail", "attribution").format(
        date=past.date(TODAY - dt.timedelta(days=400)), name=other.reseller.name, email=other.reseller.email
    )
    text = "\n\n".join((quoted.greeting, *map(str, quoted.blocks), quoted.closing, quoted.name))
    return replace(letter, below=head + "\n" + "\n".join(f"> {line}" for line in text.split("\n")))


def decoys(letter: Letter, task: Task) -> Letter:
    """A logo and a visiting card."""
    name, email = task.asked.reseller.name, task.asked.reseller.email
    card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nEMAIL:{email}\r\nNOTE:Jira 500\r\nEND:VCARD\r\n"
    files = (File(name="logo.png", content_type="image/png", content=_PIXEL),)
    files += (File(name="card.vcf", content_type="text/vcard", content=card.encode()),)
    return replace(letter, files=(*letter.files, *files))


DISTRACTORS: Mapping[str, Callable[[Letter, Task], Letter]] = {
    "noise": noise,
    "signature": signature,
    "promotion": promotion,
    "disclaimer": disclaimer,
    "older_request": older_request,
    "decoys": decoys,
}
