"""How products and plans are called in replies (`templates/products.toml`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.domain.errors import SetupError
from mailbot.resources import Resources


@dataclass(frozen=True, slots=True)
class Products:
    """The names by price book key; a key without a name is written out of itself."""

    names: Mapping[str, str]
    plans: Mapping[str, str]
    agents: frozenset[str]

    def name(self, key: str) -> str:
        """Return `Jira Service Management` for `jira-service-management`."""
        return self.names.get(key) or key.replace("-", " ").title()

    def plan(self, key: str) -> str:
        """Return `Premium` for `premium`."""
        return self.plans.get(key) or key.title()

    def in_agents(self, key: str | None) -> bool:
        """Whether the product is counted in agents instead of users."""
        return key in self.agents


def load_products(files: Resources) -> Products:
    """Return the names; SetupError naming the file when it cannot be used."""
    path = files.find("templates/products.toml")
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        products = entries["products"]
        return Products(
            names={key: str(entry["name"]) for key, entry in products.items()},
            plans={key: str(name) for key, name in entries["plans"].items()},
            agents=frozenset(key for key, entry in products.items() if entry.get("agents")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SetupError(f"{path}: needs [products] with a `name` each, and [plans]: {error}") from error
