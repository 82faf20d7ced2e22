"""What a request must contain and does not (policy section 2, paths as in the contract)."""

from collections.abc import Iterator, Sequence

from mailbot.domain.file import SiteFile
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.request import Kind, MoreUsers, Request
from mailbot.handlers.completed import CompletedLine
from mailbot.handlers.doubted import concerns_lines, is_doubted


def missing_fields(
    asked: Request,
    kind: Kind,
    site: SiteFile | None,
    lines: Sequence[CompletedLine],
    pack: PolicyPack,
) -> tuple[str, ...]:
    """Return the paths of the required fields that are not there, in the order of the policy's table.

    A field with a doubt was given, in a way that cannot be used; it is not missing.
    """
    if not kind.is_quoted:
        return ()
    fields = [*_parties(asked, kind, pack), *_lines(asked, kind, site, lines), *_date(asked, kind)]
    return tuple(path for path, is_there in fields if not is_there and not is_doubted(asked.doubts, path))


def _parties(asked: Request, kind: Kind, pack: PolicyPack) -> Iterator[tuple[str, bool]]:
    yield "reseller.name", asked.reseller.name is not None
    yield "reseller.email", asked.reseller.email is not None
    if kind is Kind.NEW_SITE:
        needs_addresses = pack.new_site_needs_addresses
        yield "reseller.billing_address", asked.reseller.billing_address is not None or not needs_addresses
        yield "customer.name", asked.customer.name is not None
        yield "customer.email", asked.customer.email is not None
        yield "customer.billing_address", asked.customer.billing_address is not None or not needs_addresses
    else:
        sen_is_enough = pack.sen_names_site and bool(asked.sens or any(line.sen for line in asked.lines))
        yield "site", asked.site is not None or sen_is_enough
        yield "authorized_contact.name", asked.contact.name is not None or not pack.contact_needs_name
        yield "authorized_contact.email", asked.contact.email is not None


def _lines(
    asked: Request, kind: Kind, site: SiteFile | None, lines: Sequence[CompletedLine]
) -> Iterator[tuple[str, bool]]:
    if not lines:
        # A renewal or co-term without lines takes them from the file, once the site is known.
        awaits_file = kind in (Kind.RENEWAL, Kind.CO_TERM) and site is None and not asked.lines
        yield "lines", awaits_file or concerns_lines(asked.doubts)
    for index, line in enumerate(lines):
        unknown = line.asked is not None and line.asked.unknown is not None
        yield f"lines[{index}].product", line.product is not None or unknown
        yield f"lines[{index}].plan", line.plan is not None or unknown or _file_may_tell(kind, site)
        yield f"lines[{index}].users", line.users is not None or _is_said(line, site) or _keeps_users(kind, site)


def _file_may_tell(kind: Kind, site: SiteFile | None) -> bool:
    """Whether the subscription, once its site is known, gives what the mail leaves out."""
    return site is None and kind in (Kind.RENEWAL, Kind.UPGRADE, Kind.CO_TERM)


def _keeps_users(kind: Kind, site: SiteFile | None) -> bool:
    return kind is not Kind.UPGRADE and _file_may_tell(kind, site)


def _is_said(line: CompletedLine, site: SiteFile | None) -> bool:
    """Whether the mail gives a quantity that cannot be used as it stands; an increment on nothing is none."""
    quantity = line.asked.quantity if line.asked else None
    return quantity is not None and not (isinstance(quantity.value, MoreUsers) and site is not None)


def _date(asked: Request, kind: Kind) -> Iterator[tuple[str, bool]]:
    if kind is Kind.CO_TERM:
        yield "target_end_date", asked.target_end_date is not None
