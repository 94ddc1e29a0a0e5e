"""What holds for every route there is, found from the application itself, so that a new one cannot be forgotten."""

import uuid
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from schemas.errors import Code
from server.platform.errors import MEANING
from tests.journeys.firm import Firm, Person

#: Routes that answer anyone, each for a reason.
PUBLIC = {
    "/health/live": "says only yes",
    "/health/ready": "says only yes or no",
    "/metrics": "counts by route, nothing about people",
    "/schema": "the description of this API",
    "/schema/openapi.json": "the description of this API",
    "/auth/login": "how one becomes known",
    "/auth/refresh": "carries its own token",
    "/auth/logout": "carries its own token",
    "/auth/enrol": "the code is the proof, 60 bits for 15 minutes and one use",
    "/app": "the page; its data needs a login",
    "/desk": "the page; its data needs a login",
    "/assets": "the pages' code",
    "/static/portal": "the customer's page",
    "/service": "a customer asks: what is shown is what they wrote themselves",
    "/j": "the code in the address is the proof, 100 bits of it",
    "/01": "the customer's page: what a stranger may see",
    "/register": "a form for anyone who scanned the code",
    "/registered": "says only thanks",
    "/proof": "how an owner proves who they are",
    "/mine": "wants the session that a one-time code opens",
    "/OWN": "the same for products without a GTIN",
    "/.well-known/gs1resolver": "what programs may ask the resolver for",
    "/.well-known/onsite-keys.json": "public keys",
    "/verify": "whether a report stands as it was sealed: nothing personal, and the code is 95 bits",
}
SIGNING_IN = {"/auth/login", "/auth/refresh", "/auth/logout", "/auth/enrol"}


def requests(app: Litestar) -> list[tuple[str, str]]:
    """(method, path) of every route, parameters filled in with something well-formed."""
    found = set()
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            path = "/".join(_filled(part) for part in route.path_components)
            found |= {(method, f"/{path}") for method in route.methods if method != "OPTIONS"}
    return sorted(found)


def _filled(part: Any) -> str:
    if isinstance(part, str):
        return part
    return str(uuid.uuid4()) if part.type is uuid.UUID else "0" * 64


def is_public(path: str) -> bool:
    return any(path == p or path.startswith(p.rstrip("/") + "/") for p in PUBLIC)


async def test_every_route_that_is_not_public_wants_a_login(client: httpx.AsyncClient, app: Litestar) -> None:
    open_to_anyone = []
    for method, path in requests(app):
        if is_public(path):
            continue
        answer = await client.request(method, path, json={} if method not in ("GET", "HEAD") else None)
        if answer.status_code != 401 or (method != "HEAD" and answer.json()["code"] != Code.NOT_AUTHENTICATED):
            open_to_anyone.append((method, path, answer.status_code))
    assert open_to_anyone == []


async def test_an_auditor_changes_nothing(firm: Firm, app: Litestar) -> None:
    auditor: Person = await firm.login("auditor")
    reading = {"/commitments/quote"}
    let_through = []
    for method, path in requests(app):
        if method in ("GET", "HEAD") or is_public(path) or path in reading:
            continue
        answer = await firm.client.request(method, path, json={}, headers=auditor.headers)
        if answer.status_code != 403:
            let_through.append((method, path, answer.status_code))
    assert let_through == []


#: With everything else that these routes want.
WITH_AN_INSTANT = [
    ("/jobs?opened_from={}", ()),
    ("/jobs?opened_to={}", ()),
    ("/dispatch/jobs/{id}/recommendations?at={}", ()),
    ("/commitments/policies/binding?opened_at={}", ("outlet_id={id}", "job_type=repair")),
    ("/dispatch/borrowings/proposals?from={}", ("outlet_id={id}",)),
    ("/technicians/{id}/absences?to={}", ()),
    ("/absences?from={}", ("to=2026-01-06T08:00:00Z",)),
    ("/commitments/measures?from={}", ("to=2026-01-06T08:00:00Z",)),
    ("/units/{id}/coverage?known_at={}", ()),
    ("/judgements/by-outlet?since={}", ()),
]


async def test_an_instant_without_its_offset_is_refused_wherever_one_is_asked_for(firm: Firm, app: Litestar) -> None:
    paths = app.openapi_schema.to_schema()["paths"]
    known = {path.partition("?")[0].replace("{id}", "*") for path, _ in WITH_AN_INSTANT}
    assert {_pattern(path) for path, item in paths.items() if _takes_an_instant(item)} == known
    hq: Person = await firm.login("hq")
    for path, more in WITH_AN_INSTANT:
        asked = "&".join([path.replace("={}", "=2026-01-05T08:00:00"), *more]).replace("{id}", str(uuid.uuid4()))
        answer = await firm.client.get(asked, headers=hq.headers)
        assert (answer.status_code, answer.json()["code"]) == (400, Code.INVALID), (path, answer.text)


def _takes_an_instant(item: dict[str, Any]) -> bool:
    found = item.get("get", {}).get("parameters", [])
    return any("date-time" in str(parameter["schema"]) for parameter in found if parameter["in"] == "query")


def _pattern(path: str) -> str:
    return "/".join("*" if part.startswith("{") else part for part in path.split("/"))


#: Outcomes of operations, never answers of a route.
OF_OPERATIONS = {
    Code.UNKNOWN_KIND,
    Code.UNKNOWN_RECORD,
    Code.OP_ID_REUSED,
    Code.OPERATION_FAULTY,
    Code.ARGUMENTS_INVALID,
}


@pytest.mark.parametrize("code", [code for code in Code if code not in OF_OPERATIONS])
def test_every_code_says_what_it_means_in_both_languages(code: Code) -> None:
    status, zh, en = MEANING[code]
    assert 400 <= status < 600
    assert zh
    assert en
