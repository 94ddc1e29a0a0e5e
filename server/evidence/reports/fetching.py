"""A report for whoever may have it: the newest edition, in the language asked for, made when there is none yet."""

import asyncio
from typing import NamedTuple
from uuid import UUID

from schemas.errors import Code
from server.evidence.reports import store
from server.evidence.reports.running import Reporter
from server.evidence.reports.store import Standing
from server.platform.errors import Refused
from server.products.texts import Locale

_PATIENCE = 40
"""Looks of a tenth of a second: a report in the other language takes less, unless many are waiting."""


class Ready(NamedTuple):
    """`number`: of the job, for the file's name."""

    digest: str
    edition: int
    locale: str
    number: int

    @property
    def file_name(self) -> str:
        return f"service-report-{self.number}-{self.locale}.pdf"


async def ready(completion_id: UUID, locale: Locale | None, reporter: Reporter) -> Ready:
    """`locale` None: as it was signed. Raises `Refused(report_not_ready)` with a `reason`: `unsealed` (also: photos are
    still on the phone), `drawing` (also: photos are being looked at), `failed`."""
    standings = await store.standings(completion_id)
    made = next((s for s in standings if s.digest is not None), None)
    if made is None:
        raise _not_ready(standings[0] if standings else None)
    frozen = await store.frozen(completion_id)
    assert frozen is not None, "a report that was made has its facts"
    wanted = await _in_language(completion_id, made, locale or frozen.locale, reporter)
    assert wanted.digest is not None, "it is made"
    return Ready(wanted.digest, wanted.edition, wanted.locale, frozen.facts.job_number)


async def _in_language(completion_id: UUID, newest: Standing, locale: str, reporter: Reporter) -> Standing:
    if newest.locale == locale:
        return newest
    for look in range(_PATIENCE):
        standings = await store.standings(completion_id)
        found = next((s for s in standings if s.edition == newest.edition and s.locale == locale), None)
        if found is not None and found.digest is not None:
            return found
        if look == 0:
            await store.ask(completion_id, newest.edition, locale, newest.upto)
            reporter.wake()
        elif found is not None and found.failure is not None:
            break
        await asyncio.sleep(0.1)
    raise _not_ready(found)


def _not_ready(standing: Standing | None) -> Refused:
    if standing is None:
        return Refused(Code.REPORT_NOT_READY, "not everything that was signed is here", reason="unsealed")
    reason = "drawing" if standing.failure is None else "failed"
    return Refused(Code.REPORT_NOT_READY, reason=reason, retry_after=3)
