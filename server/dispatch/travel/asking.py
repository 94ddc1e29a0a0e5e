"""One request to a source of travel times, and everything that can go wrong with it, as a value.

Redirects are not followed: an address that moved is a setting to correct. Proxies of the environment are not used.
"""

import asyncio
from collections.abc import Sequence

import httpx

from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import Table
from server.dispatch.travel.metrics import REQUESTS
from server.dispatch.travel.wire import Fault, Request, Source

CONCURRENT = 4
"""Requests of one process under way at a time."""

KEPT_S = 2.0
"""A connection without work; osrm-routed hangs up after five seconds."""

MOST_BYTES = 8 * 1024 * 1024
"""Of one answer; 10,000 pairs take about 200 kB."""


class Asking:
    """`timeout_s`: for a whole request, from the first byte sent to the last received."""

    def __init__(self, source: Source, timeout_s: float) -> None:
        self.source, self._timeout_s = source, timeout_s
        self._turns = asyncio.Semaphore(CONCURRENT)
        self._http = httpx.AsyncClient(
            timeout=timeout_s,
            limits=httpx.Limits(max_connections=CONCURRENT, keepalive_expiry=KEPT_S),
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
            verify=source.url.startswith("https:"),  # without TLS there is nothing to load certificates for
        )

    async def ask(self, origins: Sequence[Place], destinations: Sequence[Place], hour: int) -> Table | Fault:
        request = self.source.request(origins, destinations, hour)
        async with self._turns:
            answer = await self._sent(request, len(origins), len(destinations))
        REQUESTS.labels(self.source.name, answer.code if isinstance(answer, Fault) else "answered").inc()
        return answer

    async def close(self) -> None:
        await self._http.aclose()

    async def _sent(self, request: Request, rows: int, columns: int) -> Table | Fault:
        try:
            async with asyncio.timeout(self._timeout_s):
                status, body = await self._received_at_last(request)
        except (TimeoutError, httpx.TimeoutException):
            return Fault("timeout", f"{self._timeout_s:g} s")
        except (httpx.NetworkError, httpx.UnsupportedProtocol) as fault:
            return Fault("unreachable", str(fault))
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            return Fault("broken_off", f"{type(fault).__name__}: {fault}")
        if body is None:
            return Fault("too_much", f"more than {MOST_BYTES} bytes")
        if 300 <= status < 400:
            return Fault("redirected", f"HTTP {status}")
        return self.source.read(status, body, rows, columns)

    async def _received_at_last(self, request: Request) -> tuple[int, bytes | None]:
        """A kept connection may have ended in the same moment: a question changes nothing, so it is put once more."""
        try:
            return await self._received(request)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            return await self._received(request)

    async def _received(self, request: Request) -> tuple[int, bytes | None]:
        """No body: it is longer than anything a source would answer."""
        sent = self._http.build_request(
            "POST" if request.body is not None else "GET",
            request.url,
            content=request.body,
            headers={"Content-Type": "application/json"} if request.body is not None else None,
        )
        answer = await self._http.send(sent, stream=True)
        try:
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > MOST_BYTES:
                    return answer.status_code, None
            return answer.status_code, bytes(body)
        finally:
            await answer.aclose()
