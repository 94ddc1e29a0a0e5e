"""Devices over real files, and the office they talk to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.offline_sync.device import Device
from tests.offline_sync.pair import Line, Office


class Enrol(Protocol):
    def __call__(self, device_id: str = "d1", technician: str = "t1", page_limit: int = 500) -> Device: ...


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def enrol(office: Office, tmp_path: Path) -> Iterator[Enrol]:
    """enrol('d1', 't1'): a new device of a technician, its file in a temporary folder."""
    made: list[Device] = []

    def enrolled(device_id: str = "d1", technician: str = "t1", page_limit: int = 500) -> Device:
        office.enrol(device_id, technician)
        device = Device(tmp_path / f"{device_id}.db", device_id, technician, Line(office, device_id), page_limit)
        made.append(device)
        return device

    yield enrolled
    for device in made:
        device.close()
