"""Plans over HTTP."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from schemas.base import Page
from schemas.dispatch import NewPlan, Plan, PlanHead, PlanState, Publish, Published
from server.dispatch import plans
from server.platform.auth import OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.paging import decode_cursor, encode_cursor
from server.platform.ratelimit import at_most

READ, WRITE = only(*OFFICE_READERS), only(*OFFICE_WRITERS)


@post(
    "/plans",
    summary="Have a plan made; it is a draft until it is published",
    guards=[WRITE, at_most(20, timedelta(minutes=1))],
    status_code=HTTP_202_ACCEPTED,
    response_headers=[ResponseHeader(name="location", description="The new plan", documentation_only=True)],
)
async def begin_plan(
    caller: NamedDependency[Caller], data: JSONBody[NewPlan], request: Request[Any, Any, Any]
) -> Response[PlanHead]:
    """It is searched for `seconds` in a worker process; look at it until its state is `draft` or `failed`."""
    head = await plans.begin(caller, data)
    request.app.state.planner.wake()
    return Response(head, status_code=HTTP_202_ACCEPTED, headers={"location": f"/dispatch/plans/{head.id}"})


@get("/plans", summary="Plans, the newest first", guards=[READ])
async def list_plans(
    caller: NamedDependency[Caller],
    outlet_id: FromQuery[UUID | None] = None,
    plan_state: Annotated[PlanState | None, QueryParameter(name="state")] = None,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
) -> Page[PlanHead]:
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await plans.page(caller, outlet_id, plan_state, before, limit + 1)
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@get("/plans/{plan_id:uuid}", summary="A plan, job by job, with what changed since it was made", guards=[READ])
async def read_plan(caller: NamedDependency[Caller], plan_id: FromPath[UUID]) -> Plan:
    return await plans.read(caller, plan_id)


@post(
    "/plans/{plan_id:uuid}/publish",
    summary="Carry out all or some of a draft, at once or not at all",
    guards=[WRITE],
    status_code=HTTP_200_OK,
)
async def publish_plan(caller: NamedDependency[Caller], plan_id: FromPath[UUID], data: JSONBody[Publish]) -> Published:
    return await plans.publish(caller, plan_id, data)


@post("/plans/{plan_id:uuid}/discard", summary="Throw a draft away", guards=[WRITE], status_code=HTTP_200_OK)
async def discard_plan(
    caller: NamedDependency[Caller], plan_id: FromPath[UUID], request: Request[Any, Any, Any]
) -> PlanHead:
    head = await plans.discard(caller, plan_id)
    request.app.state.planner.wake()  # it may be searching for this one
    return head


ROUTES = (begin_plan, list_plans, read_plan, publish_plan, discard_plan)
