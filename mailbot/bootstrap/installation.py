"""An installation: the operator's folder with the files, the settings and the database that belong to it."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mailbot.domain.errors import SetupError
from mailbot.domain.message import Desk
from mailbot.domain.policy_pack import PolicyPack
from mailbot.resources import Resources, resources
from mailbot.settings import Settings, load_policy_pack, load_settings

SETTINGS = "config/mailbot.toml"


@dataclass(frozen=True)
class Installation:
    """What belongs to one operator's folder; each part is read when it is first asked for.

    Every property raises SetupError when a file of it is wrong.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @cached_property
    def files(self) -> Resources:
        """The shipped data files, under the folder's own if it is an operator's (has config/mailbot.toml)."""
        return resources(self.folder.resolve() if (self.folder / SETTINGS).is_file() else None)

    @cached_property
    def settings(self) -> Settings:
        """The settings of the folder, or the shipped ones when it has none; the environment over either."""
        return load_settings(self.files.find(SETTINGS), self.environment, self.folder)

    @cached_property
    def policy_pack(self) -> PolicyPack:
        """The policy pack in force."""
        return load_policy_pack(self.files.find(f"config/policy/{self.settings.policy.pack}.toml"))

    @cached_property
    def free_mail_domains(self) -> frozenset[str]:
        """The providers whose users are strangers to one another."""
        file = self.files.find("config/gazetteers/free_mail.toml")
        try:
            domains: list[str] = tomllib.loads(file.read_text("utf-8"))["domains"]
        except (tomllib.TOMLDecodeError, KeyError) as error:
            raise SetupError(f"{file}: wanted is a list named domains ({error})") from error
        return frozenset(domains)

    @cached_property
    def database_url(self) -> str:
        """The database's URL, complete with its password; a relative SQLite file lies in the folder."""
        from mailbot.store.engine import parse_url

        database = self.settings.database
        url = parse_url(database.url)
        if url.get_backend_name() == "sqlite":
            return url.set(database=str(self.folder / (url.database or ""))).render_as_string(hide_password=False)
        if database.password is not None:
            url = url.set(password=database.password.reveal())
        return url.render_as_string(hide_password=False)

    def desk(self, imported: Desk) -> Desk:
        """Return who we are by the settings, together with what the imported desk.toml said."""
        own = self.settings.desk
        aliases = [*own.aliases, *imported.aliases, *([imported.address] if imported.address else [])]
        return Desk(
            address=own.address,
            name=own.display_name,
            aliases=tuple(dict.fromkeys(aliases)),
            trusted_authserv_ids=tuple(dict.fromkeys((*own.trusted_authserv_ids, *imported.trusted_authserv_ids))),
        )
