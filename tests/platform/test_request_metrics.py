"""What `/metrics` counts of requests."""

from typing import Any

import httpx
import pytest
from litestar import Litestar, get, post
from litestar.params import FromPath
from prometheus_client import REGISTRY

from server.platform.request_metrics import RequestMetrics


@get("/counted/{number:int}")
async def counted(number: FromPath[int]) -> dict[str, int]:
    return {"running": int(running("/counted/{number}")), "number": number}


@post("/broken")
async def broken() -> None:
    raise RuntimeError


def running(path: str, method: str = "GET") -> float:
    return REGISTRY.get_sample_value("onsite_requests_in_progress", {"method": method, "path": path}) or 0.0


def answered(metric: str, path: str, status: int, method: str = "GET") -> float:
    labels = {"method": method, "path": path, "status_code": str(status)}
    return REGISTRY.get_sample_value(metric, labels) or 0.0


@pytest.fixture
async def client() -> Any:
    app: Any = Litestar([counted, broken], middleware=[RequestMetrics()])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver.local") as opened:
        yield opened


class TestRequests:
    async def test_are_counted_by_the_template_of_their_route(self, client: httpx.AsyncClient) -> None:
        path = "/counted/{number}"
        before = answered("onsite_requests_total", path, 200)
        lasted = answered("onsite_request_duration_seconds_count", path, 200)
        told = [(await client.get(f"/counted/{number}")).json() for number in range(3)]
        assert [each["running"] for each in told] == [1, 1, 1]
        assert answered("onsite_requests_total", path, 200) == before + 3
        assert answered("onsite_request_duration_seconds_count", path, 200) == lasted + 3
        assert running(path) == 0

    async def test_that_fail_are_counted_as_failed_too(self, client: httpx.AsyncClient) -> None:
        before = answered("onsite_requests_error_total", "/broken", 500, "POST")
        assert (await client.post("/broken")).status_code == 500
        assert answered("onsite_requests_error_total", "/broken", 500, "POST") == before + 1
        assert answered("onsite_requests_total", "/broken", 500, "POST") >= 1
        assert running("/broken", "POST") == 0

    async def test_of_no_route_are_not_counted(self, client: httpx.AsyncClient) -> None:
        for method, path in (("GET", "/nowhere"), ("PUT", "/broken"), ("BREW", "/broken")):
            await client.request(method, path)
        told = [sample for metric in REGISTRY.collect() for sample in metric.samples]
        assert not {"PUT", "BREW"} & {
            sample.labels.get("method") for sample in told if sample.labels.get("path") == "/broken"
        }
        assert "/nowhere" not in {sample.labels.get("path") for sample in told}
