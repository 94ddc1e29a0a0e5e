"""How often: a limit per key, and route guards that hold it.

The counts live in the process, so the true limit is up to `times` × workers. That is enough to keep one client from
eating the server; what must hold exactly (failed logins, enrolments) is counted in the database by its feature.
"""

import contextlib
import ipaddress
import math
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from schemas.errors import Code
from server.platform.auth import Guard, caller_of
from server.platform.errors import Refused

_Connection = ASGIConnection[Any, Any, Any, Any]
KeyOf = Callable[[_Connection], str]


class Limit:
    """At most `times` at once, refilled evenly over `per` (a leaky bucket: one number per key, no clock of its own)."""

    def __init__(self, times: int, per: timedelta, keys: int = 10_000) -> None:
        self._span = per.total_seconds()
        self._step = self._span / times
        self._keys = keys
        self._full_until: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str, now: float) -> float:
        """0 when `key` may go on at `now` (seconds, monotonic), else the seconds it has to wait."""
        after = max(self._full_until.get(key, now), now) + self._step
        if after - now > self._span + 1e-9:
            return after - now - self._span
        self._full_until[key] = after
        self._full_until.move_to_end(key)
        if len(self._full_until) > self._keys:
            self._full_until.popitem(last=False)
        return 0.0


def address_of(connection: _Connection) -> str:
    """The client's address; of IPv6 the /64, which is what one subscriber has. Behind a proxy it is the forwarded one
    when the settings trust that proxy."""
    return _subscriber(connection.client.host if connection.client else "")


@lru_cache(maxsize=4096)
def _subscriber(host: str) -> str:
    with contextlib.suppress(OSError, ValueError):  # four plain numbers, as most are
        socket.inet_pton(socket.AF_INET, host)
        return host
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


def user_of(connection: _Connection) -> str:
    return str(caller_of(connection).user_id)


def at_most(times: int, per: timedelta, by: KeyOf = user_of) -> Guard:
    """A route guard: 429 `too_many_requests` with `Retry-After` beyond `times` in `per`, counted apart in every app."""
    name = object()

    async def guard(connection: _Connection, _: BaseRouteHandler) -> None:
        limits: dict[object, Limit] | None = connection.app.state.get("rate_limits")
        if limits is None:
            limits = connection.app.state["rate_limits"] = {}
        limit = limits.get(name) or limits.setdefault(name, Limit(times, per))
        wait = limit.take(by(connection), time.monotonic())
        if wait > 0:
            raise Refused(Code.TOO_MANY_REQUESTS, retry_after=math.ceil(wait))

    return guard
