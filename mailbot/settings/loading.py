"""Reads the settings file, lays the environment over it, fetches the secrets, and refuses what it does not know."""

import dataclasses
import difflib
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from mailbot.domain.errors import SetupError
from mailbot.settings.model import EmailAddress, LoginSettings, MailboxSettings, Secret, Settings

PREFIX = "MAILBOT_"
SECRETS = ("password", "client_secret", "refresh_token")
"""Keys whose values come from a file (named in `<key>_file`) or the environment, never from the settings file."""
REPEATED: Mapping[str, tuple[str, type]] = {
    "mailboxes": ("account", MailboxSettings),
    "logins": ("name", LoginSettings),
}
"""Sections that there may be many of: the key that tells them apart, and their model."""

_Table = dict[str, Any]  # what TOML holds: any value until it is checked against the model


def load_settings(file: Path, environment: Mapping[str, str], folder: Path) -> Settings:
    """Return the checked settings; relative secret files are looked for in `folder`.

    Raises SetupError naming the file or variable, the key, what is wrong, and the nearest known key.
    """
    tables = _read(file)
    _refuse_unknown(tables, Settings, str(file), "")
    _refuse_written_secrets(tables, file)
    _overlay(tables, environment, file)
    for where, table in _tables_with_secrets(tables):
        for key in SECRETS:
            _fetch_secret(table, key, where, folder)
    return _checked(tables, file)


def variable_of(where: str, key: str) -> str:
    """Return the variable that holds a key of the environment, `where` being `smtp` or `mailboxes.<account>`."""
    section, *name = where.split(".", 1)
    return PREFIX + "__".join(re.sub(r"[^A-Z0-9]", "_", part.upper()) for part in (section, *name, key))


def _read(file: Path) -> _Table:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{file}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{file}: is not TOML: {error}") from error


def _refuse_unknown(table: _Table, model: type, source: str, section: str) -> None:
    known = get_type_hints(model, include_extras=True)
    for key, value in table.items():
        if key not in known:
            raise SetupError(f"{source}: unknown key {section}{key}{_nearest(key, known)}")
        inner, many = _section_of(known[key])
        if inner is not None:
            for part in _sections(key, value, many, source):
                _refuse_unknown(part, inner, source, f"{section}{key}.")


def _sections(key: str, value: object, many: bool, source: str) -> list[_Table]:
    parts = value if many else [value]
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        written = f"[[{key}]]" if many else f"[{key}]"
        raise SetupError(f"{source}: {key} must be a section, written {written}")
    return parts


def _nearest(key: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(key.casefold(), known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"


def _section_of(kind: object) -> tuple[type | None, bool]:
    """Return the model of a section and whether there may be many of it; (None, False) for a plain value."""
    if isinstance(kind, type) and (issubclass(kind, msgspec.Struct) or dataclasses.is_dataclass(kind)):
        return kind, False
    if get_origin(kind) is tuple:
        inner, _ = _section_of(get_args(kind)[0])
        return inner, inner is not None
    return None, False


def _refuse_written_secrets(tables: _Table, file: Path) -> None:
    for where, table in _tables_with_secrets(tables):
        for key in table.keys() & SECRETS:
            raise SetupError(
                f"{file}: {where}.{key}: secrets are not written here; name a file in {where}.{key}_file "
                f"or set {variable_of(where, key)}"
            )


def _tables_with_secrets(tables: _Table) -> list[tuple[str, _Table]]:
    single = [(name, tables.setdefault(name, {})) for name in ("database", "smtp", "oidc")]
    return single + [(f"{part}.{name}", one) for part in REPEATED for name, one in _named(tables, part).items()]


def _named(tables: _Table, section: str) -> dict[str, _Table]:
    """Return the tables of a section that there may be many of, by the names that the operator gave them."""
    naming, _ = REPEATED[section]
    return {str(one.get(naming, number)): one for number, one in enumerate(tables.get(section, []))}


def _overlay(tables: _Table, environment: Mapping[str, str], file: Path) -> None:
    for variable, text in sorted(environment.items()):
        if not variable.startswith(PREFIX) or "__" not in variable:
            continue
        section, *path = variable.removeprefix(PREFIX).lower().split("__")
        known = get_type_hints(Settings)
        if section not in known:
            raise SetupError(f"{variable}: unknown section {section}{_nearest(section, known)}")
        if section in REPEATED:
            table, model, path = _named_table(tables, section, path, variable, file), REPEATED[section][1], path[1:]
        else:
            table, model = tables.setdefault(section, {}), known[section]
        key = "__".join(path)
        keys = get_type_hints(model, include_extras=True)
        if key not in keys:
            raise SetupError(f"{variable}: unknown key {section}.{key}{_nearest(key, keys)}")
        table[key] = Secret(text) if key in SECRETS else _value(text, keys[key])


def _named_table(tables: _Table, section: str, path: list[str], variable: str, file: Path) -> _Table:
    known = {re.sub(r"[^a-z0-9]", "_", name.lower()): one for name, one in _named(tables, section).items()}
    if len(path) != 2 or path[0] not in known:
        naming, there = REPEATED[section][0].upper(), ", ".join(known) or "none"
        raise SetupError(
            f"{variable}: must be {PREFIX}{section.upper()}__<{naming}>__<KEY> with one that {file} has; "
            f"there are: {there}"
        )
    return known[path[0]]


def _value(text: str, kind: object) -> object:
    """Return a variable's text as a value: text where the key holds text, else read as TOML writes it."""
    if kind in (str, EmailAddress) or (get_origin(kind) is not tuple and str in get_args(kind)):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _fetch_secret(table: _Table, key: str, where: str, folder: Path) -> None:
    name = table.get(f"{key}_file")
    if key in table or not isinstance(name, str):
        return
    path = folder / name
    if key == "refresh_token" and not path.exists():
        return  # `mailbot login` makes it
    try:
        mode = path.stat().st_mode
        if mode & stat.S_IRWXO:
            raise SetupError(f"{where}.{key}_file: everybody can read {path}; run: chmod 600 {path}")
        table[key] = Secret(path.read_text("utf-8").strip("\r\n"))
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{where}.{key}_file: {path} cannot be read: {error}") from error


def _checked(tables: _Table, file: Path) -> Settings:
    try:
        settings = msgspec.convert(tables, Settings, dec_hook=_as_is)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$.")
        key = f" {place.rstrip('`')}:" if place else ""
        raise SetupError(f"{file} (or the environment):{key} {message[0].lower()}{message[1:]}") from error
    _check_names(settings, file)
    return settings


def _check_names(settings: Settings, file: Path) -> None:
    accounts = [box.account for box in settings.mailboxes]
    if len(set(accounts)) < len(accounts):
        raise SetupError(f"{file}: two of the [[mailboxes]] have the same account; give each a name of its own")
    logins = [login.name for login in settings.logins]
    if len(set(logins)) < len(logins):
        raise SetupError(f"{file}: two of the [[logins]] have the same name")
    wanted = {f"mailboxes.{box.account}.login": box.login for box in settings.mailboxes}
    for key, name in {**wanted, "smtp.login": settings.smtp.login}.items():
        if name and name not in logins:
            near = _nearest(name, dict.fromkeys(logins))
            raise SetupError(f"{file}: {key}: no [[logins]] block has the name {name!r}{near}")


def _as_is(kind: type, value: object) -> object:
    if isinstance(value, kind):
        return value
    if issubclass(kind, str) and isinstance(value, str):
        return kind(value)  # says itself what is wrong with it
    raise ValueError(f"expected {kind.__name__}")
