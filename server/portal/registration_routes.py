"""HTTP of registrations at the desk.

| route | who | about whose data |
| --- | --- | --- |
| `/registrations` read | the office | their subtree; masked for those who only read |
| `/registrations/{id}/proof` | who may write at the desk | their subtree |
| `/registrations/{id}/accept`, `/refuse` | who may write at the desk | their subtree |
"""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
import structlog
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK

from schemas.accesses import Read
from schemas.base import Page
from schemas.errors import Code
from schemas.portal import AcceptRegistration, RefuseRegistration, Registration, RegistrationState
from server.platform import accesses
from server.platform.auth import OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.errors import Refused
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most
from server.portal import registering, store
from server.portal.rules.phone import masked_phone

log = structlog.get_logger()

_MINUTE = timedelta(minutes=1)
_READS = [only(*OFFICE_READERS), at_most(600, _MINUTE)]
_WRITES = [only(*OFFICE_WRITERS), at_most(120, _MINUTE)]
_State = Annotated[RegistrationState, QueryParameter(name="state")]


@get("/registrations", guards=_READS, summary="Units that customers registered; by default those to be checked")
async def list_registrations(
    caller: NamedDependency[Caller],
    of: _State = "open",
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[Registration]:
    """What has waited longest comes first."""
    after: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await store.page(caller.scope, of, after, limit + 1)
    shown = [_for(caller, registration) for registration in found[:limit]]
    if caller.role in OFFICE_WRITERS:
        await accesses.record(caller, [each.customer_id for each in shown if each.customer_id], Read.REGISTRATION)
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if len(found) > limit else None)


def _for(caller: Caller, registration: Registration) -> Registration:
    """Who only reads needs to call nobody."""
    if caller.role in OFFICE_WRITERS:
        return registration
    name = registration.name[:1] + "••" if registration.name else ""
    phone = masked_phone(registration.phone) if registration.phone else ""
    return msgspec.structs.replace(registration, name=name, phone=phone)


@get(
    "/registrations/{registration_id:uuid}/proof",
    guards=_WRITES,
    summary="The proof of purchase, as a download",
    responses={200: ResponseSpec(bytes, media_type="application/octet-stream", generate_examples=False)},
)
async def show_proof(caller: NamedDependency[Caller], registration_id: FromPath[UUID]) -> Response[bytes]:
    known = await store.one(caller.scope, registration_id)
    proof = await store.proof(registration_id) if known is not None else None
    if proof is None:
        raise Refused(Code.NOT_FOUND)
    log.info("proof_opened", registration_id=str(registration_id), by=str(caller.user_id))
    if known is not None and known.customer_id is not None:
        await accesses.record(caller, [known.customer_id], Read.PROOF, record_id=registration_id)
    headers = {
        "content-disposition": "attachment",
        "cache-control": "private, no-store",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return Response(proof["content"], media_type=proof["media_type"], headers=headers)


@post("/registrations/{registration_id:uuid}/accept", guards=_WRITES, status_code=HTTP_200_OK, summary="It is theirs")
async def accept(
    caller: NamedDependency[Caller], registration_id: FromPath[UUID], data: JSONBody[AcceptRegistration]
) -> Registration:
    return await registering.accept(caller, registration_id, data)


@post("/registrations/{registration_id:uuid}/refuse", guards=_WRITES, status_code=HTTP_200_OK, summary="Not theirs")
async def refuse(
    caller: NamedDependency[Caller], registration_id: FromPath[UUID], data: JSONBody[RefuseRegistration]
) -> Registration:
    return await registering.refuse(caller, registration_id, data.note)


router = Router("/", route_handlers=[list_registrations, show_proof, accept, refuse], tags=["products"])
