"""The desk that the cases are put to."""

from collections.abc import Iterator

import pytest

from tests.metamorphic.cases import Desk, opened_desk


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known: `MAILBOT_CASES=5000 pytest -m metamorphic` is the long form."""
    config.addinivalue_line("markers", "metamorphic: one request in many languages, layouts and encodings")


@pytest.fixture(scope="session")
def desk() -> Iterator[Desk]:
    """A desk with the shipped lexicons, policy and templates."""
    with opened_desk() as desk:
        yield desk
