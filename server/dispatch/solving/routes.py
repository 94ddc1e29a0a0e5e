"""The planner over HTTP. The body goes to the worker as it came: a matrix of a thousand places is 6 MB, and reading it
here would stop everybody else for a tenth of a second."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from schemas.errors import Code
from schemas.solving import Solution
from server.dispatch.solving.refusals import ProblemRefused
from server.dispatch.solving.spool import spooled
from server.dispatch.solving.workers import solve_apart_spooled
from server.platform.auth import OFFICE_WRITERS, Caller, only
from server.platform.errors import Refused

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes: the matrix of about 3,500 places, or 5,000 jobs with coordinates."""
JSON = "application/json"

_solving: set[UUID] = set()
"""Who is waiting for an answer in this process: one problem a person at a time."""


@post(
    "/solve",
    summary="Plan a self-contained problem: VROOM's JSON, with a soft `due` per job",
    description="The body is a `Problem` (VROOM's published JSON). Nothing is stored. See docs/solving.md.",
    guards=[only(*OFFICE_WRITERS)],
    status_code=200,
    media_type=JSON,
    responses={200: ResponseSpec(Solution, description="The plan, in VROOM's shape", generate_examples=False)},
    opt={"raw_text": True},  # nothing of it is kept, and only the sender hears it again
    request_max_body_size=BODY_LIMIT,
)
async def solve_problem(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    seconds: Annotated[float, QueryParameter(gt=0, le=60)] = 5.0,
    seed: Annotated[int, QueryParameter(ge=0, le=2**31 - 1)] = 1,
) -> Response[bytes]:
    """`seconds`: for solving, from when a planner is free."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != JSON:
        raise Refused(Code.UNSUPPORTED_MEDIA_TYPE, f"send {JSON}")
    if caller.user_id in _solving:
        raise Refused(Code.TOO_MANY_REQUESTS, "one problem at a time", retry_after=5)
    _solving.add(caller.user_id)
    try:
        with spooled() as spool:
            async for chunk in request.stream():
                spool.write(chunk)
            answer = await solve_apart_spooled(spool, seconds, seed)
    except ProblemRefused as refused:
        raise _over_http(refused) from None
    finally:
        _solving.discard(caller.user_id)
    return Response(answer, media_type=JSON)


def _over_http(refused: ProblemRefused) -> Refused:
    said = refused.sentence
    facts: dict[str, object] = {"where": refused.where, "sentence": {"zh": said.zh, "en": said.en}}
    if refused.code is Code.SOLVER_BUSY:
        facts["retry_after"] = 5
    return Refused(refused.code, said.en, **facts)
