"""HTTP of the codes that let a technician's phone in.

| route | who | about whose data |
| --- | --- | --- |
| `/technicians/{id}/enrolment-codes` read | the office | technicians of their subtree; never a code itself |
| `/technicians/{id}/enrolment-codes` make, `/enrolment-codes/{id}/withdraw` | the office's writers | the same |
| `/auth/enrol` | anyone | the technician whose code it is |
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from schemas.accounts import EnrolByCode, EnrolmentCode, NewEnrolmentCode, Tokens
from server.accounts import enrolment
from server.accounts.terms import terms_of
from server.platform.auth import OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.ratelimit import address_of, at_most

_MINUTE = timedelta(minutes=1)


@post(
    "/auth/enrol",
    status_code=200,
    guards=[at_most(120, _MINUTE, by=address_of)],
    summary="Log a technician's phone in by a code that the desk shows",
    tags=["accounts"],
)
async def redeem(request: Request[Any, Any, Any], data: JSONBody[EnrolByCode]) -> Tokens:
    """Good once, for 15 minutes. `401 enrolment_code_wrong` for an unknown, used, withdrawn or expired one alike; after
    five in a row from one address `429 locked_out`. The phone then enrols its key by `POST /devices`."""
    return await enrolment.redeem(data.code, address_of(request), terms_of(request))


@post(
    "/technicians/{technician_id:uuid}/enrolment-codes",
    guards=[only(*OFFICE_WRITERS), at_most(120, _MINUTE)],
    summary="Make a code that lets a technician's phone in",
    tags=["accounts"],
)
async def make(
    request: Request[Any, Any, Any], caller: NamedDependency[Caller], technician_id: FromPath[UUID]
) -> NewEnrolmentCode:
    """Told once and kept as a digest; the technician's code before it ends. `409 login_missing` when the technician has
    no active login."""
    return await enrolment.make(caller, technician_id, request.app.state.settings.public_url)


@get(
    "/technicians/{technician_id:uuid}/enrolment-codes",
    guards=[only(*OFFICE_READERS)],
    summary="The latest enrolment codes of a technician, used or not",
    tags=["accounts"],
)
async def list_codes(caller: NamedDependency[Caller], technician_id: FromPath[UUID]) -> list[EnrolmentCode]:
    return await enrolment.shown(caller, technician_id)


@post(
    "/enrolment-codes/{code_id:uuid}/withdraw",
    status_code=200,
    guards=[only(*OFFICE_WRITERS), at_most(120, _MINUTE)],
    summary="Withdraw an enrolment code",
    tags=["accounts"],
)
async def withdraw(caller: NamedDependency[Caller], code_id: FromPath[UUID]) -> EnrolmentCode:
    return await enrolment.withdraw(caller, code_id)


HANDLERS = (redeem, make, list_codes, withdraw)
