"""The number of a case, `Q-2026-00318`: the one pattern by which subjects and addresses are searched for it."""

import re

_NUMBER = r"Q-\d{4}-\d{5,9}"
_WHOLE = re.compile(_NUMBER)
_IN_SUBJECT = re.compile(rf"\[\s*({_NUMBER})\s*\]", re.IGNORECASE)


def case_number(year: int, count: int) -> str:
    """Return the number of the year's case of this count."""
    return f"Q-{year}-{count:05d}"


def is_case_number(text: str) -> bool:
    """Whether the text is a case number and nothing else."""
    return _WHOLE.fullmatch(text) is not None


def numbers_in(subject: str) -> list[str]:
    """Return the case numbers that stand in brackets, as we print them, each once."""
    return list(dict.fromkeys(number.upper() for number in _IN_SUBJECT.findall(subject)))


def without_numbers(subject: str) -> str:
    """Return the subject without case numbers in brackets; what else stands in brackets is the sender's own."""
    return _IN_SUBJECT.sub(" ", subject)
