"""The site or SEN given is not on file (policy section 4)."""

from collections.abc import Iterator

from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a site or a SEN that is not on file, for kinds that need one."""
    for request in view.requests:
        if not request.kind.needs_site:
            continue
        site = request.resolved.site
        if site is not None and request.site is None:
            yield Notice(f"{site.value} is not on file", "site", site.evidence)
        for sen in request.resolved.sens:
            if sen.value not in view.records.sens:
                yield Notice(f"{sen.value} is not on file", "sens", sen.evidence)
