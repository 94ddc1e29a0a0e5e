"""Trying a policy or a calendar on the jobs of the last weeks, over HTTP. Managers, on the jobs of their subtree."""

from datetime import timedelta

from litestar import post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from schemas.accounts import Role
from schemas.commitments import Preview, PreviewAnswer
from server.jobs import previewing
from server.platform.auth import Caller, only
from server.platform.ratelimit import at_most


@post(
    "/commitments/preview",
    summary="What a policy or a calendar would have promised to the jobs of the last weeks",
    guards=[only(Role.HQ_MANAGER, Role.CENTRE_MANAGER), at_most(30, timedelta(minutes=1))],
    status_code=HTTP_200_OK,
    tags=["commitments"],
)
async def preview(caller: NamedDependency[Caller], data: JSONBody[Preview], state: State) -> PreviewAnswer:
    return await previewing.preview(caller, data, state.describable)


HANDLERS = [preview]
