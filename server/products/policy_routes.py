"""HTTP of warranty policies: reading them, what a version would change, publishing it.

| route | who | about whose data |
| --- | --- | --- |
| `/warranty-policies` read | the office | all |
| `/warranty-policies` publish, preview | HQ managers | all |
"""

from datetime import date, timedelta

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.params import FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK

from schemas.accounts import Role
from schemas.errors import Code
from schemas.products import PolicyPreview
from server.platform.auth import OFFICE_READERS, Caller, only
from server.platform.errors import Refused
from server.platform.ratelimit import at_most
from server.products import judging, previewing
from server.products.rules.policy import Policy
from server.products.rules.unit import EARLIEST, LATEST

_MINUTE = timedelta(minutes=1)


@get(
    "/warranty-policies",
    guards=[only(*OFFICE_READERS)],
    summary="Every version of every warranty policy",
    tags=["products"],
)
async def list_policies(caller: NamedDependency[Caller]) -> list[Policy]:
    return list(await judging.policies())


@post(
    "/warranty-policies",
    guards=[only(Role.HQ_MANAGER), at_most(60, _MINUTE)],
    summary="Publish a version of a warranty policy",
    tags=["products"],
)
async def publish_policy(caller: NamedDependency[Caller], data: JSONBody[Policy]) -> Policy:
    """`invalid` names everything that is wrong with it in `extra.faults`; a version is never replaced, only corrected
    by a higher one."""
    return await judging.publish_policy(caller, data)


@post(
    "/warranty-policies/preview",
    guards=[only(Role.HQ_MANAGER), at_most(20, _MINUTE)],
    summary="What publishing this version would change",
    status_code=HTTP_200_OK,
    tags=["products"],
)
async def preview_policy(
    caller: NamedDependency[Caller], data: JSONBody[Policy], on: FromQuery[date | None] = None
) -> PolicyPreview:
    """Judges units without and with the version, on a day (today when left out). Nothing is kept."""
    if on is not None and not EARLIEST <= on < LATEST:
        raise Refused(Code.TIME_OUT_OF_RANGE, f"on lies between {EARLIEST} and {LATEST}")
    return await previewing.preview_policy(caller, data, on)


def handlers() -> list[HTTPRouteHandler]:
    return [list_policies, publish_policy, preview_policy]
