"""Looking at a template before it is used, and logos on their way in."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from schemas.accesses import Read
from schemas.errors import Code
from schemas.reports import ReportLogo, ReportPreview, ReportTerms
from server.evidence.reports import gathering, store, templates
from server.evidence.reports.content import Report
from server.evidence.reports.drawing import Look
from server.evidence.reports.logos import LogoFault, read_logo
from server.evidence.reports.running import Reporter
from server.evidence.reports.sample import sample
from server.evidence.reports.template import shipped
from server.platform import accesses
from server.platform.auth import Caller
from server.platform.errors import Refused

CustomerOf = Callable[[UUID], Awaitable[UUID | None]]


async def preview(caller: Caller, asked: ReportPreview, reporter: Reporter, customer_of: CustomerOf) -> bytes:
    """A PDF. Raises `Refused`: `not_found` for a completion that cannot be shown, `report_not_ready` for one whose
    photos are still to come, `report_template_invalid`."""
    given = None if asked.terms is None else await templates.checked(asked.terms)
    if asked.completion_id is None:
        report, terms = await _made_up(reporter, asked), given or await _firm_wide()
    else:
        report, in_force = await _of_completion(caller, asked.completion_id, asked, reporter, customer_of)
        terms = given or in_force
    logo = await store.logo(terms.logo) if terms.logo is not None else None
    return await reporter.drawn(report, Look(terms, logo, preview=True), asked.locale)


async def _firm_wide() -> ReportTerms:
    known = await store.template_for("")
    return shipped() if known is None else known.terms


async def _made_up(reporter: Reporter, asked: ReportPreview) -> Report:
    name, hotline = await gathering.firm()
    return sample(reporter.public_url, asked.locale, name, hotline)


async def _of_completion(
    caller: Caller, completion_id: UUID, asked: ReportPreview, reporter: Reporter, customer_of: CustomerOf
) -> tuple[Report, ReportTerms]:
    signed = await store.seen_by(caller, completion_id)
    if signed is None:
        raise Refused(Code.NOT_FOUND)
    customer_id = await customer_of(signed.job_id)
    if customer_id is not None:
        jobs = {customer_id: signed.job_id}
        await accesses.record(caller, [customer_id], Read.REPORT, jobs=jobs, record_id=completion_id)
    found = await reporter.unsaved(signed, asked.locale)
    if found is None:
        raise Refused(Code.REPORT_NOT_READY, reason="unsealed")
    return found


async def keep_logo(caller: Caller, content: bytes, reporter: Reporter) -> ReportLogo:
    """Raises `Refused(logo_invalid)` with the fault as `reason`."""
    made = await reporter.apart.run(read_logo, content)
    if isinstance(made, LogoFault):
        raise Refused(Code.LOGO_INVALID, reason=made.reason)
    await store.add_logo(made.kept.digest, made.content, (made.kept.width, made.kept.height), caller.user_id)
    return made.kept
