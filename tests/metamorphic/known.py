"""The list of cases that are known to be misunderstood, and writing it anew: `python -m tests.metamorphic.known`."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.metamorphic.cases import Desk, draw_case, opened_desk
from tests.metamorphic.judging import differences, is_wrong_quote
from tests.metamorphic.wording import languages

FILE = Path(__file__).parent / "known_misses.toml"
CASES = 25
"""Cases per language in every run of the tests."""

_HEAD = """\
# Cases that the desk does not understand as meant, each with what differs; none of them is a wrong quote. The tests
# fail when a listed case passes (take it out), when another one fails, and when there are more than `most`.
# `python -m tests.metamorphic.known` writes the list anew. `share`: the largest share of a long run that may fail.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What may fail."""

    most: int
    share: float
    misses: Mapping[str, str]


def load() -> Known:
    """Return the list."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Known(most=data["most"], share=data["share"], misses=data["misses"])


def reason(found: Mapping[str, tuple[Any, Any]]) -> str:
    """Return in one line what differs; consequences only when there is nothing else."""
    consequences = ("action", "reasons", "quote", "missing")
    causes = [key for key in found if key not in consequences] or list(found)
    wanted, got = found[causes[0]]
    return f"{causes[0]}: {wanted} was read as {got}".replace('"', "'").replace("\\", "")


def record(desk: Desk) -> int:
    """Write the list of all that fails but wrong quotes; return how many those are."""
    misses: dict[str, str] = {}
    wrong = 0
    for language in languages():
        for number in range(CASES):
            case = draw_case(language, number)
            intended, (reached, _) = desk.intended(case), desk.reached(case)
            if is_wrong_quote(intended, reached):
                wrong += 1
            elif found := differences(intended, reached):
                misses[case.id] = reason(found)
    FILE.write_text(_HEAD + "\n".join(_lines(misses)) + "\n", encoding="utf-8")
    return wrong


def _lines(misses: Mapping[str, str]) -> Iterable[str]:
    share = len(misses) / (CASES * len(languages()))
    yield f"most = {len(misses)}"
    yield f"share = {share + 0.05:.2f}"
    yield "\n[misses]"
    yield from (f'{name} = "{why}"' for name, why in misses.items())


if __name__ == "__main__":
    with opened_desk() as own:
        print(f"{record(own)} wrong quotes, which are not listed")
