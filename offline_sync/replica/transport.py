"""What a replica needs of a network, and the ways it can fail."""

from __future__ import annotations

from typing import Any, Protocol


class Transport(Protocol):
    """Two exchanges, JSON-shaped both ways (docs/sync-protocol.md). Raises Unreachable or Problem, nothing else."""

    def push(self, body: dict[str, Any]) -> dict[str, Any]: ...

    def pull(self, cursor: str | None, limit: int) -> dict[str, Any]: ...


class Unreachable(Exception):
    """No answer, or none that our server can have given (a captive portal's page). Try again later."""


# Keeps W-5 of docs/sync-protocol.md.
class Problem(Exception):
    """The server said no, as RFC 9457 has it: a stable `code`, the HTTP `status`, and the whole `detail`."""

    def __init__(self, code: str, status: int, detail: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.code = code
        self.status = status
        self.detail = detail or {}


class Forked(Exception):
    """This identity cannot go on: another installation uses it too, or the server lacks operations that this device
    has long dropped (guarantee 12). Enrol anew, then `Replica.adopt_identity`; no work is lost."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"the identity is forked at operation {seq}")
        self.seq = seq
