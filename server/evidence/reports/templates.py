"""What headquarters does with templates of reports. Every version stays; what was made by one names it."""

from uuid import UUID

from schemas.errors import Code
from schemas.reports import (
    NewReportTemplate,
    ReportTemplate,
    ReportTemplateEdit,
    ReportTemplateVersion,
    ReportTerms,
)
from server.evidence.reports import store
from server.evidence.reports.store import Template
from server.evidence.reports.template import fault, shipped
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.edits import hold_version
from server.platform.errors import Refused

#: What the software brings along, as it is listed.
SHIPPED = ReportTemplate(id=None, job_type=None, version=0, removed_at=None, terms=shipped())


async def in_force() -> list[ReportTemplate]:
    """The firm-wide one first, whoever made it."""
    found = [_shown(each) for each in await store.templates()]
    return found if any(each.job_type is None for each in found) else [SHIPPED, *found]


async def one(template_id: UUID) -> ReportTemplate:
    """Raises `Refused(not_found)`."""
    return _shown(await _known(template_id))


async def versions(template_id: UUID) -> list[ReportTemplateVersion]:
    """The newest first. Raises `Refused(not_found)`."""
    await _known(template_id)
    return [
        ReportTemplateVersion(
            version=each.version, made_by=each.made_by, made_at=each.made_at, removed=each.removed, terms=each.terms
        )
        for each in await store.template_versions(template_id)
    ]


async def add(caller: Caller, new: NewReportTemplate, job_type_known: bool) -> ReportTemplate:
    """Raises `Refused`: `report_template_invalid` with the fault as `reason`, `report_template_taken`."""
    if not job_type_known:
        raise _invalid("job_type_unknown", f"{new.job_type}: no such kind of job")
    terms = await checked(terms_of(new))
    made = Template(clock.new_id(), new.job_type or "", 1, terms, False, caller.user_id, clock.now())
    async with db.transaction():
        await store.lock_templates()
        taken = next((each for each in await store.templates() if each.job_type == made.job_type), None)
        if taken is not None:
            raise Refused(Code.REPORT_TEMPLATE_TAKEN, template_id=taken.template_id)
        await store.add_version(made)
    return _shown(made)


async def change(caller: Caller, template_id: UUID, edit: ReportTemplateEdit) -> ReportTemplate:
    """Raises `Refused`: as `add`; `not_found`; `version_stale` with the `version` it is at."""
    return await _next(caller, template_id, edit.version, await checked(terms_of(edit)))


async def remove(caller: Caller, template_id: UUID, version: int) -> None:
    """Raises `Refused`: `not_found`, `version_stale`."""
    await _next(caller, template_id, version, None)


async def _next(caller: Caller, template_id: UUID, version: int, terms: ReportTerms | None) -> ReportTemplate:
    """`terms` None: it is removed."""
    async with db.transaction():
        await store.lock_templates()
        known = await _known(template_id)
        if known.removed:
            raise Refused(Code.NOT_FOUND)
        hold_version(version, known.version)
        made = known._replace(
            version=version + 1,
            terms=known.terms if terms is None else terms,
            removed=terms is None,
            made_by=caller.user_id,
            made_at=clock.now(),
        )
        await store.add_version(made)
    return _shown(made)


async def checked(terms: ReportTerms) -> ReportTerms:
    """Raises `Refused(report_template_invalid)` with the fault as `reason`."""
    wrong = fault(terms)
    if wrong is not None:
        raise _invalid(*wrong)
    if terms.logo is not None and await store.logo(terms.logo) is None:
        raise _invalid("logo_unknown", "hand it in first")
    return terms


def terms_of(of: ReportTerms) -> ReportTerms:
    """The terms alone, without what else the request says."""
    return ReportTerms(**{name: getattr(of, name) for name in ReportTerms.__struct_fields__})


def _invalid(reason: str, text: str) -> Refused:
    return Refused(Code.REPORT_TEMPLATE_INVALID, text, reason=reason)


async def _known(template_id: UUID) -> Template:
    found = await store.template(template_id)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return found


def _shown(of: Template) -> ReportTemplate:
    return ReportTemplate(
        id=of.template_id,
        job_type=of.job_type or None,
        version=of.version,
        removed_at=of.made_at if of.removed else None,
        terms=of.terms,
    )
