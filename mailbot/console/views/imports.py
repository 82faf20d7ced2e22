"""Prices, entitlements and contacts brought in by an administrator, who sees first what would change."""

import tempfile
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.responses import Response

from mailbot.console.desk import Console, Visit
from mailbot.domain.errors import InputError
from mailbot.domain.file import Records
from mailbot.domain.message import Desk
from mailbot.service.staff import replace_records
from mailbot.store.datafiles import load_data
from mailbot.store.differences import differences

FILES = ("prices.csv", "entitlements.csv", "contacts.csv", "taxes.csv", "desk.toml")
SHOWN = 200


def import_page(console: Console, visit: Visit) -> Response:
    """The form."""
    return visit.page("import.html", files=FILES, found=None)


def prepare(console: Console, visit: Visit) -> Response:
    """What the files would change; nothing is kept yet. InputError names the first bad row."""
    records, desk = _loaded(visit)
    with console.read() as connection:
        found = differences(connection, records, desk)
    key = console.prepared.keep((records, desk))
    counts: dict[str, dict[str, int]] = {}
    for difference in found:
        kind = "new" if not difference.before else "changed" if difference.after else "gone"
        table = counts.setdefault(difference.table, {"new": 0, "changed": 0, "gone": 0})
        table[kind] += 1
    return visit.page(
        "import.html", files=FILES, found=found[:SHOWN], more=len(found) - SHOWN, counts=counts, prepared=key
    )


def apply(console: Console, visit: Visit) -> Response:
    """What was prepared takes the place of all that is on file."""
    prepared = console.prepared.take(visit.value("prepared"))
    if prepared is None:
        raise InputError("these files are not at hand any more; choose them again")
    replace_records(console.bench.store, console.bench.clock, *prepared, visit.user)
    return visit.go("/health")


def _loaded(visit: Visit) -> tuple[Records, Desk]:
    """Return what the uploaded files hold; those of another name are refused."""
    uploads = [upload for upload in visit.form.getlist("file") if isinstance(upload, UploadFile) and upload.filename]
    with tempfile.TemporaryDirectory(prefix="mailbot-import-") as name:
        folder = Path(name)
        for upload in uploads:
            if upload.filename not in FILES:
                raise InputError(f"{upload.filename}: wanted are files named {', '.join(FILES)}")
            (folder / str(upload.filename)).write_bytes(upload.file.read())
        try:
            return load_data(folder)
        except InputError as error:
            raise InputError(str(error).replace(f"{folder}/", "")) from error
