"""What a request must contain and does not (policy section 2, paths as in the contract)."""

from collections.abc import Iterator, Sequence

from mailbot.domain.file import SiteFile
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.request import Kind, MoreUsers, Request
from mailbot.handlers.completed import CompletedLine
from mailbot.handlers.doubted import concerns_lines, is_doubted
from mailbot.handlers.filled import AS_ON_FILE
from mailbot.handlers.subjects import PRODUCT_FROM_SEN


def missing_fields(
    asked: Request,
    kind: Kind,
    site: SiteFile | None,
    lines: Sequence[CompletedLine],
    pack: PolicyPack,
    *,
    all_sens_known: bool,
) -> tuple[str, ...]:
    """Return the paths of the required fields that are not there, in the order of the policy's table.

    A field with a doubt was given, in a way that cannot be used; it is not missing. `all_sens_known` says whether
    every SEN named is on file for the site.
    """
    if not kind.is_quoted:
        return ()
    fields = [*_parties(asked, kind, pack), *_lines(asked, kind, site, lines, all_sens_known), *_date(asked, kind)]
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
    asked: Request, kind: Kind, site: SiteFile | None, lines: Sequence[CompletedLine], all_sens_known: bool
) -> Iterator[tuple[str, bool]]:
    if not lines:
        # A renewal or co-term without lines takes them from the file, once site and SENs are known.
        awaits_site = kind in AS_ON_FILE and site is None
        awaits_sen = kind in PRODUCT_FROM_SEN and not all_sens_known
        is_given = not asked.lines and (awaits_site or awaits_sen)
        yield "lines", is_given or concerns_lines(asked.doubts)
    for index, line in enumerate(lines):
        unknown = line.asked is not None and line.asked.unknown is not None
        yield f"lines[{index}].product", line.product is not None or unknown
        yield f"lines[{index}].plan", line.plan is not None or unknown or _file_may_tell(kind, site)
        said = line.users is not None or _is_said(line, site) or _keeps_users(kind, site)
        yield f"lines[{index}].users", said or unknown


def _file_may_tell(kind: Kind, site: SiteFile | None) -> bool:
    """Whether the subscription, once its site is known, gives what the mail leaves out."""
    return site is None and kind in PRODUCT_FROM_SEN


def _keeps_users(kind: Kind, site: SiteFile | None) -> bool:
    return kind in AS_ON_FILE and site is None


def _is_said(line: CompletedLine, site: SiteFile | None) -> bool:
    """Whether the mail gives a quantity that cannot be used as it stands; an increment on nothing is none."""
    quantity = line.asked.quantity if line.asked else None
    on_nothing = quantity is not None and isinstance(quantity.value, MoreUsers) and site and line.held is None
    return quantity is not None and not on_nothing


def _date(asked: Request, kind: Kind) -> Iterator[tuple[str, bool]]:
    if kind is Kind.CO_TERM:
        yield "target_end_date", asked.target_end_date is not None
