"""The templates of the replies, compiled once: the same ones make text (as they are) and HTML (escaped)."""

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from mailbot.replies.wrap import columns, wrapped
from mailbot.resources import Resources

_BLANK_LINES = re.compile(r"\n{3,}")


class Templates:
    """Both environments over the same folders, the operator's first. Templates are compiled when first used."""

    def __init__(self, files: Resources) -> None:
        self.text = _environment(files, escape=False)
        self.html = _environment(files, escape=True)

    def as_text(self, name: str, context: Mapping[str, object]) -> str:
        """Return the template rendered as the text of a mail."""
        text = self.text.get_template(name).render({**context, "layout": "replies/layout.txt.j2"})
        # No-break spaces have kept amounts together in `wrap`; in plain text, ordinary ones search and copy better.
        return _BLANK_LINES.sub("\n\n", text).strip("\n").replace("\u00a0", " ") + "\n"

    def as_data(self, name: str, context: Mapping[str, object]) -> str:
        """Return the template rendered as it is."""
        return self.text.get_template(name).render(context)

    def as_html(self, name: str, context: Mapping[str, object]) -> str:
        """Return the template rendered as HTML; every value is escaped."""
        return self.html.get_template(name).render({**context, "layout": "replies/layout.html.j2"})


def _environment(files: Resources, *, escape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([str(folder) for folder in files.folders("templates")]),
        autoescape=escape,  # noqa: S701 - off for plain text and data only
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.globals.update({"_": _gettext, "gettext": _gettext, "ngettext": _ngettext})
    environment.filters.update(wrap=wrapped, columns=columns, whole=_whole if escape else str)
    return environment


def _whole(number: str) -> Markup:
    """Return a number that no line of HTML breaks at its hyphens."""
    return Markup('<span style="white-space:nowrap;">%s</span>') % number


@pass_context
def _gettext(context: Context, message: str, /, **values: object) -> str:
    return _filled(context, context["translations"].gettext(message), values)


@pass_context
def _ngettext(context: Context, one: str, many: str, number: int, /, **values: object) -> str:
    return _filled(context, context["translations"].ngettext(one, many, number), values)


def _filled(context: Context, message: str, values: Mapping[str, Any]) -> str:  # Any: operand of %
    # Markup escapes the values, not the message: translations are ours, values are anyone's.
    text = Markup(message) if context.eval_ctx.autoescape else message  # noqa: S704
    return text % values if values else text
