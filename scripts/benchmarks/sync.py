"""Pull and push beside the plain route, over HTTP, one server worker, this client on the other core.

    scripts/bench sync [--requests N]

Every figure is a ratio to the plain route (`GET /health/live`: same server, same middleware, no work) of the same run.
"""

import argparse
import asyncio
import itertools
import json
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import uvloop
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from scripts.benchmarks import load
from scripts.benchmarks.server import ADMIN, Server, serving

TECHNICIANS = 10
JOBS_EACH = 50
CONNECTIONS = 8
PASSWORD = "a bench password"
_SHANGHAI = {"lat": 31.23, "lon": 121.47}


@dataclass
class Phone:
    """One technician's device and the jobs it holds."""

    token: str
    device_id: str
    jobs: list[dict[str, Any]]
    sequence: Any

    def push(self, size: int) -> bytes:
        now = int(time.time() * 1000)
        at = {"wall_ms": now, "monotonic_ms": now, "boot_id": "bench"}
        operations = [
            {
                "op_id": str(uuid.uuid4()),
                "seq": (seq := next(self.sequence)),
                "kind": "job.patch",
                "record": {"type": "job", "id": (job := self.jobs[seq % len(self.jobs)])["id"]},
                "base_version": job["version"],
                "args": {"diagnosis": f"reading {seq}"},
                "at": at,
            }
            for _ in range(size)
        ]
        body = {"device_id": self.device_id, "sent_at": at, "operations": operations}
        return load.request("POST", "/sync/push", self.token, json.dumps(body).encode())


def scene(server: Server) -> list[Phone]:
    """An outlet whose technicians each hold JOBS_EACH jobs of today and the next days."""
    admin = server.token(*ADMIN)
    centre = server.call("POST", "/centres", {"name": "Bench"}, admin)
    outlet = server.call("POST", "/outlets", {"centre_id": centre["id"], "name": "Bench", **_SHANGHAI}, admin)
    server.call("POST", "/job-types", {"code": "repair", "name": "Repair"}, admin)
    return [_phone(server, admin, outlet["id"], n) for n in range(TECHNICIANS)]


def _phone(server: Server, admin: str, outlet_id: str, number: int) -> Phone:
    home = {"home_lat": 31.2, "home_lon": 121.4}
    technician = server.call("POST", "/technicians", {"outlet_id": outlet_id, "name": f"T{number}", **home}, admin)
    user = {"username": f"tech{number}", "name": f"T{number}", "password": PASSWORD, "role": "technician"}
    server.call("POST", "/users", user | {"outlet_id": outlet_id, "technician_id": technician["id"]}, admin)
    token = server.token(f"tech{number}", PASSWORD)
    key = ECKey.import_key(ec.generate_private_key(ec.SECP256R1()).public_key()).as_dict(private=False)
    jwk = {name: key[name] for name in ("kty", "crv", "x", "y")}
    device = server.call("POST", "/devices", {"public_key": jwk, "name": "bench"}, token)
    jobs = [_job(server, admin, outlet_id, technician["id"], hour) for hour in range(JOBS_EACH)]
    return Phone(token, device["id"], jobs, itertools.count(1))


def _job(server: Server, admin: str, outlet_id: str, technician_id: str, hour: int) -> dict[str, Any]:
    asked = {"outlet_id": outlet_id, "job_type": "repair", "title": "No cooling", "contact_name": "Li Mei", **_SHANGHAI}
    job = server.call("POST", "/jobs", asked, admin)
    starts = datetime.now(UTC) + timedelta(hours=hour + 1)
    booked = {"technician_id": technician_id, "starts_at": starts.isoformat()}
    return dict(server.call("POST", f"/jobs/{job['id']}/assign", booked, admin))


async def measure(server: Server, phones: list[Phone], count: int) -> None:
    plain = await load.run(server.port, lambda _: load.request("GET", "/health/live"), CONNECTIONS, count)
    _print("plain route", plain, plain, "answers/s")
    fresh = [load.request("GET", "/sync/pull", p.token) for p in phones]
    full = await load.run(server.port, lambda n: fresh[n % len(fresh)], CONNECTIONS, count // 4)
    _print(f"pull from the start ({JOBS_EACH} jobs)", full, plain, "answers/s")
    tails = [_tail(server, p) for p in phones]
    idle = await load.run(server.port, lambda n: tails[n % len(tails)], CONNECTIONS, count // 2)
    _print("pull with nothing new", idle, plain, "answers/s")
    for size in (1, 10, 50):
        pushed = await _push(server, phones, size, max(40, count // 10 // size))
        _print(f"push, {size} operation{'s' * (size > 1)} a batch", pushed, plain, "operations/s", size)
    again = await load.run(server.port, lambda _: load.request("GET", "/health/live"), CONNECTIONS, count)
    _print("plain route, once more", again, plain, "answers/s")


def _tail(server: Server, phone: Phone) -> bytes:
    page = server.call("GET", "/sync/pull", token=phone.token)
    return load.request("GET", f"/sync/pull?cursor={page['cursor']}", phone.token)


async def _push(server: Server, phones: list[Phone], size: int, batches: int) -> load.Load:
    """Each connection is one phone, as a device's batches go up one after the other."""
    runs = [load.run(server.port, lambda _, p=p: p.push(size), 1, batches) for p in phones[:CONNECTIONS]]  # type: ignore[misc]
    began = time.perf_counter()
    done = await asyncio.gather(*runs)
    rate = batches * len(runs) / (time.perf_counter() - began)
    return load.Load(rate, max(r.median_ms for r in done), max(r.p99_ms for r in done), done[0].size)


def _print(name: str, measured: load.Load, plain: load.Load, unit: str, per: int = 1) -> None:
    rate = measured.rate * per
    print(
        f"{name:34} {rate:9.0f} {unit:13} ratio {rate / plain.rate:6.3f}"
        f"   median {measured.median_ms:7.2f} ms   p99 {measured.p99_ms:7.2f} ms   body {measured.size:8.0f} B",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench sync")
    parser.add_argument(
        "--requests", type=int, default=8000, help="requests to the plain route; the others in proportion"
    )
    arguments = parser.parse_args()
    with serving() as server:
        phones = scene(server)
        uvloop.run(measure(server, phones, arguments.requests))


if __name__ == "__main__":
    main()
