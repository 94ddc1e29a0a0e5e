"""Jobs, job types and reviews over HTTP."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import MediaType, Response, Router, get, patch, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT

from schemas.accounts import Role
from schemas.base import Instant, Page
from schemas.errors import Code
from schemas.history import HistoryLine
from schemas.jobs import (
    Assign,
    Job,
    JobEdit,
    JobState,
    JobType,
    LockJob,
    NewJob,
    NewJobType,
    Reason,
    ReviewInFull,
    Settlement,
)
from schemas.promises import Appointment, Hold, JobPromise, Resume
from server.jobs import actions, arrangements, booking, measure_routes, preview_routes, store, unfit_routes, unit_routes
from server.jobs.reviews import settling, showing
from server.platform import history
from server.platform.auth import OFFICE_READERS, OFFICE_WRITERS, Caller, Scope, only
from server.platform.errors import Refused
from server.platform.moments import with_offset
from server.platform.paging import decode_cursor, encode_cursor

Limit = Annotated[int, QueryParameter(ge=1, le=500)]


def _json(body: str | bytes, status: int = HTTP_200_OK) -> Response[bytes]:
    raw = body.encode() if isinstance(body, str) else body
    return Response(raw, media_type=MediaType.JSON, status_code=status)


def _page(bodies: list[str], next_cursor: str | None) -> Response[bytes]:
    """A page of bodies that the database has already encoded."""
    cursor = f'"{next_cursor}"' if next_cursor else "null"
    return _json(f'{{"items":[{",".join(bodies)}],"next_cursor":{cursor}}}')


def _only_own(caller: Caller) -> UUID | None:
    """A technician sees the jobs assigned to them; the office sees its subtree."""
    return caller.technician_id if caller.role is Role.TECHNICIAN else None


def _scope(caller: Caller) -> Scope:
    """A technician's own jobs may be those of an outlet they are lent to."""
    return Scope(None, None) if _only_own(caller) is not None else caller.scope


@get(
    "/",
    summary="Jobs in the caller's subtree, by number",
    responses={200: ResponseSpec(Page[Job], generate_examples=False)},
)
async def list_jobs(
    caller: NamedDependency[Caller],
    states: Annotated[list[JobState] | None, QueryParameter(name="state")] = None,
    outlet_id: FromQuery[UUID | None] = None,
    technician_id: FromQuery[UUID | None] = None,
    unassigned: FromQuery[bool | None] = None,
    opened_from: FromQuery[Instant | None] = None,
    opened_to: FromQuery[Instant | None] = None,
    q: Annotated[str | None, QueryParameter(max_length=100)] = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 100,
) -> Response[bytes]:
    own = _only_own(caller)
    if caller.role is Role.TECHNICIAN and own is None:
        raise Refused(Code.FORBIDDEN, "no technician belongs to this login")
    wanted = store.JobFilter(
        outlet_id=outlet_id,
        technician_id=own or technician_id,
        states=[s.value for s in states] if states else None,
        unassigned=unassigned,
        opened_from=with_offset("opened_from", opened_from),
        opened_to=with_offset("opened_to", opened_to),
        text=q,
    )
    after = decode_cursor(cursor, tuple[int])[0] if cursor else 0
    rows = await store.page(_scope(caller), wanted, after, limit + 1)
    more = encode_cursor(rows[limit - 1][0]) if len(rows) > limit else None
    return _page([body for _, body in rows[:limit]], more)


async def _body(caller: Caller, job_id: UUID) -> str:
    body = await store.body(_scope(caller), job_id, _only_own(caller))
    if body is None:
        raise Refused(Code.NOT_FOUND)
    return body


_ONE_JOB = {200: ResponseSpec(Job, generate_examples=False)}


@get("/{job_id:uuid}", summary="One job", responses=_ONE_JOB)
async def read_job(caller: NamedDependency[Caller], job_id: FromPath[UUID]) -> Response[bytes]:
    return _json(await _body(caller, job_id))


@get(
    "/{job_id:uuid}/history",
    summary="Who did what when, with every value that lost and every operation that was refused; the oldest first",
)
async def read_history(
    caller: NamedDependency[Caller],
    job_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 100,
) -> Page[HistoryLine]:
    await _body(caller, job_id)
    lines, more = await history.page("job", job_id, cursor, limit)
    return Page(items=lines, next_cursor=more)


@post(
    "/",
    summary="Raise a job; its promise is made at once",
    guards=[only(*OFFICE_WRITERS)],
    responses={201: ResponseSpec(Job, generate_examples=False)},
    response_headers=[ResponseHeader(name="location", description="The new job", documentation_only=True)],
)
async def raise_job(caller: NamedDependency[Caller], data: JSONBody[NewJob]) -> Response[bytes]:
    job_id = await actions.raise_job(caller, data)
    answer = _json(await _body(caller, job_id), HTTP_201_CREATED)
    answer.headers["location"] = f"/jobs/{job_id}"
    return answer


@patch(
    "/{job_id:uuid}",
    summary="Edit a job, merged field by field against base_version",
    guards=[only(*OFFICE_WRITERS)],
    responses=_ONE_JOB,
)
async def edit_job(caller: NamedDependency[Caller], job_id: FromPath[UUID], data: JSONBody[JobEdit]) -> Response[bytes]:
    await actions.edit(caller, job_id, data)
    return _json(await _body(caller, job_id))


@post(
    "/{job_id:uuid}/assign",
    summary="Book a visit",
    guards=[only(*OFFICE_WRITERS)],
    responses=_ONE_JOB,
    status_code=HTTP_200_OK,
)
async def assign_job(
    caller: NamedDependency[Caller], job_id: FromPath[UUID], data: JSONBody[Assign]
) -> Response[bytes]:
    await booking.assign(caller, job_id, data)
    return _json(await _body(caller, job_id))


@post(
    "/{job_id:uuid}/move",
    summary="Book the visit anew, same technician or another",
    guards=[only(*OFFICE_WRITERS)],
    responses=_ONE_JOB,
    status_code=HTTP_200_OK,
)
async def move_job(caller: NamedDependency[Caller], job_id: FromPath[UUID], data: JSONBody[Assign]) -> Response[bytes]:
    await booking.move(caller, job_id, data)
    return _json(await _body(caller, job_id))


@post(
    "/{job_id:uuid}/unassign",
    summary="Take the job back from its technician",
    guards=[only(*OFFICE_WRITERS)],
    responses=_ONE_JOB,
    status_code=HTTP_200_OK,
)
async def unassign_job(
    caller: NamedDependency[Caller], job_id: FromPath[UUID], data: JSONBody[Reason]
) -> Response[bytes]:
    await booking.unassign(caller, job_id, data.reason)
    return _json(await _body(caller, job_id))


@post(
    "/{job_id:uuid}/cancel",
    summary="Cancel a job; field work already done is kept",
    guards=[only(*OFFICE_WRITERS)],
    responses=_ONE_JOB,
    status_code=HTTP_200_OK,
)
async def cancel_job(
    caller: NamedDependency[Caller], job_id: FromPath[UUID], data: JSONBody[Reason]
) -> Response[bytes]:
    await actions.cancel(caller, job_id, data.reason)
    return _json(await _body(caller, job_id))


@post(
    "/{job_id:uuid}/delete",
    summary="Delete a job raised by mistake; work done on it all the same brings it back as a review",
    guards=[only(*OFFICE_WRITERS)],
    status_code=HTTP_204_NO_CONTENT,
)
async def delete_job(caller: NamedDependency[Caller], job_id: FromPath[UUID], data: JSONBody[Reason]) -> None:
    await actions.delete(caller, job_id, data.reason)


@post(
    "/{job_id:uuid}/lock",
    summary="Fix the person, the time or both of a job's visit, or free it",
    guards=[only(*OFFICE_WRITERS)],
    responses=_ONE_JOB,
    status_code=HTTP_200_OK,
)
async def lock_job(caller: NamedDependency[Caller], job_id: FromPath[UUID], data: JSONBody[LockJob]) -> Response[bytes]:
    await actions.lock(caller, job_id, data.lock)
    return _json(await _body(caller, job_id))


@post(
    "/{job_id:uuid}/close",
    summary="Close a finished job",
    guards=[only(*OFFICE_WRITERS)],
    responses=_ONE_JOB,
    status_code=HTTP_200_OK,
)
async def close_job(caller: NamedDependency[Caller], job_id: FromPath[UUID]) -> Response[bytes]:
    await actions.close(caller, job_id)
    return _json(await _body(caller, job_id))


@post(
    "/{job_id:uuid}/hold",
    summary="Stop the clock of the promise: the customer asked for later, parts are missing, nobody opens",
    guards=[only(*OFFICE_WRITERS)],
    responses=_ONE_JOB,
    status_code=HTTP_200_OK,
)
async def hold_job(caller: NamedDependency[Caller], job_id: FromPath[UUID], data: JSONBody[Hold]) -> Response[bytes]:
    await arrangements.hold(caller, job_id, data)
    return _json(await _body(caller, job_id))


@post(
    "/{job_id:uuid}/resume",
    summary="The clock of the promise goes on",
    guards=[only(*OFFICE_WRITERS)],
    responses=_ONE_JOB,
    status_code=HTTP_200_OK,
)
async def resume_job(
    caller: NamedDependency[Caller], job_id: FromPath[UUID], data: JSONBody[Resume]
) -> Response[bytes]:
    await arrangements.resume(caller, job_id, data)
    return _json(await _body(caller, job_id))


@post(
    "/{job_id:uuid}/appointment",
    summary="A time agreed with the customer becomes the promise",
    guards=[only(*OFFICE_WRITERS)],
    responses=_ONE_JOB,
    status_code=HTTP_200_OK,
)
async def agree_appointment(
    caller: NamedDependency[Caller], job_id: FromPath[UUID], data: JSONBody[Appointment]
) -> Response[bytes]:
    await arrangements.agree(caller, job_id, data)
    return _json(await _body(caller, job_id))


@post(
    "/{job_id:uuid}/reopen",
    summary="Take up completed work again; the clock goes on with what was used",
    guards=[only(*OFFICE_WRITERS)],
    responses=_ONE_JOB,
    status_code=HTTP_200_OK,
)
async def reopen_job(
    caller: NamedDependency[Caller], job_id: FromPath[UUID], data: JSONBody[Reason]
) -> Response[bytes]:
    await arrangements.reopen(caller, job_id, data.reason)
    return _json(await _body(caller, job_id))


@get(
    "/{job_id:uuid}/promise",
    summary="The job's promise in full: both clocks, pauses, appointments, every judgement",
    guards=[only(*OFFICE_READERS)],
)
async def read_promise(caller: NamedDependency[Caller], job_id: FromPath[UUID]) -> JobPromise:
    return await arrangements.promise_of(caller, job_id)


@get("/job-types", summary="Kinds of jobs with their checklists", tags=["jobs"])
async def list_job_types(caller: NamedDependency[Caller]) -> list[JobType]:
    return msgspec.convert(list((await store.job_types()).values()), list[JobType])


@post("/job-types", summary="Add a kind of jobs", guards=[only(Role.HQ_MANAGER)], tags=["jobs"])
async def add_job_type(caller: NamedDependency[Caller], data: JSONBody[NewJobType]) -> JobType:
    await actions.make_job_type(caller, data)
    return msgspec.convert((await store.job_types([data.code]))[data.code], JobType)


@get("/", summary="Reviews in the caller's subtree, with what each choice will do", guards=[only(*OFFICE_READERS)])
async def list_reviews(
    caller: NamedDependency[Caller],
    open_only: Annotated[bool, QueryParameter(name="open")] = True,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 100,
) -> Page[ReviewInFull]:
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await showing.page(caller, open_only, after, limit + 1)
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@get(
    "/{review_id:uuid}",
    summary="One review, with what each choice will do if taken now",
    guards=[only(*OFFICE_READERS)],
)
async def read_review(caller: NamedDependency[Caller], review_id: FromPath[UUID]) -> ReviewInFull:
    return await showing.one(caller, review_id)


@post(
    "/{review_id:uuid}/settle",
    summary="Settle a review with one of its choices",
    guards=[only(*OFFICE_WRITERS)],
    status_code=HTTP_200_OK,
)
async def settle_review(
    caller: NamedDependency[Caller], review_id: FromPath[UUID], data: JSONBody[Settlement]
) -> ReviewInFull:
    await settling.settle(caller, review_id, data.choice, data.record_version)
    return await showing.one(caller, review_id)


@post(
    "/{review_id:uuid}/undo",
    summary="Undo a settlement, within ten minutes and unless something of it was changed since",
    guards=[only(*OFFICE_WRITERS)],
    status_code=HTTP_200_OK,
)
async def undo_settlement(caller: NamedDependency[Caller], review_id: FromPath[UUID]) -> ReviewInFull:
    await settling.undo(caller, review_id)
    return await showing.one(caller, review_id)


router = Router(
    "/",
    route_handlers=[
        Router(
            "/jobs",
            route_handlers=[
                list_jobs,
                read_job,
                read_history,
                raise_job,
                edit_job,
                assign_job,
                move_job,
                unassign_job,
                cancel_job,
                delete_job,
                lock_job,
                close_job,
                hold_job,
                resume_job,
                agree_appointment,
                reopen_job,
                read_promise,
            ],
            tags=["jobs"],
        ),
        Router(
            "/reviews", route_handlers=[list_reviews, read_review, settle_review, undo_settlement], tags=["reviews"]
        ),
        list_job_types,
        add_job_type,
        *preview_routes.HANDLERS,
        *measure_routes.HANDLERS,
        *unfit_routes.HANDLERS,
        *unit_routes.HANDLERS,
    ],
)
