"""Seals as the office reads them, and the keys by which anyone verifies.

| route | who | about whose data |
| --- | --- | --- |
| `/evidence/completions/{id}/bundle` | the office | their subtree; recorded with the customer's file |
| `/evidence/ledger/head` | the office | a number and a hash: nobody's |
| `/.well-known/onsite-keys.json` | anyone | public keys |
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import HttpMethod, Request, Response, get, route
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from schemas.accesses import Read
from schemas.sealing import LedgerHead
from server.evidence.sealing import actions
from server.evidence.sealing.keys import Keys
from server.evidence.sealing.signing import published
from server.platform import accesses
from server.platform.auth import OFFICE_READERS, Caller, only
from server.platform.ratelimit import address_of, at_most

_MINUTE = timedelta(minutes=1)


@get(
    "/completions/{completion_id:uuid}/bundle",
    summary="A sealed completion as one file, to be verified anywhere",
    guards=[only(*OFFICE_READERS), at_most(120, _MINUTE)],
)
async def get_bundle(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    completion_id: FromPath[UUID],
    reason: accesses.Reason = "",
) -> Response[bytes]:
    """What the customer signed, with name and signature, and all by which `onsite verify FILE` judges it. Who fetched
    it is recorded with the customer's file."""
    job_id, code, content = await actions.bundle(caller, completion_id)
    customer_id: UUID | None = await request.app.state.customer_of_job(job_id)
    if customer_id is not None:
        jobs = {customer_id: job_id}
        await accesses.record(caller, [customer_id], Read.REPORT, reason=reason, jobs=jobs, record_id=completion_id)
    headers = {
        "content-disposition": f'attachment; filename="onsite-{code}.json"',
        "cache-control": "private, no-store",
    }
    return Response(content, media_type="application/json", headers=headers)


@get("/ledger/head", summary="The end of the ledger: note it elsewhere", guards=[only(*OFFICE_READERS)])
async def get_head(request: Request[Any, Any, Any]) -> LedgerHead:
    """Whoever noted it can tell later that nothing up to it was taken away or changed: `onsite ledger check --head`."""
    return await actions.head(request.app.state.signing_keys)


@route(
    "/.well-known/onsite-keys.json",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    guards=[at_most(120, _MINUTE, by=address_of)],
    include_in_schema=False,
)
async def get_keys(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The public keys, those that sign no more too, as a JWK set (RFC 7517)."""
    keys: Keys = request.app.state.signing_keys
    headers = {
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": "public, max-age=300",
    }
    body = msgspec.json.encode(published(keys.fresh().known))
    return Response(body, status_code=HTTP_200_OK, media_type="application/jwk-set+json", headers=headers)


HANDLERS = [get_bundle, get_head]
