"""Bringing an installation's database to what this version needs: its tables, and what lay in it in clear before."""

from contextlib import closing
from typing import TYPE_CHECKING

from mailbot import store
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.storing import utc_now

if TYPE_CHECKING:
    from mailbot.console.codes import TimeCodes


def upgrade_database(installation: Installation) -> int:
    """The tables are this version's, and second factors of older versions are sealed; return how many these were.

    May be run again. Raises SetupError when the database or the desk's key is wrong.
    """
    store.upgrade(installation.database_url)
    with closing(store.open_store(installation.database_url, utc_now)) as opened:
        with opened.begin() as uow:
            clear = uow.staff.unsealed_codes()
            if not clear:
                return 0
            codes = _codes(installation)
            for user_id, secret in clear.items():
                uow.staff.change(user_id, code_secret=codes.sealed(secret))
            uow.commit()
        opened.compact()  # what lay there in clear is not in the file any more
    return len(clear)


def _codes(installation: Installation) -> "TimeCodes":
    from mailbot.bootstrap.keys import second_factor_seal
    from mailbot.console.codes import TimeCodes  # loaded here: hardly any upgrade needs them

    return TimeCodes(second_factor_seal(installation))
