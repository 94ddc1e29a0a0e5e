"""demo.json: what the person who started the demonstration is handed: address, logins, codes of products.

Passwords exist nowhere else in the clear, so the file must neither be lost nor name a firm that does not exist: it is
written as a draft before the transaction commits, and gets its name after. A draft found later belongs to a firm that
exists when its first product does.
"""

import os
from pathlib import Path

import msgspec

from server.products.codes import unit_url

NAME = "demo.json"
DRAFT = ".demo.json.draft"


class Unit(msgspec.Struct, frozen=True):
    url: str
    gtin: str
    serial: str


def named(base_url: str, gtin: str, serial: str) -> Unit:
    return Unit(unit_url(base_url, gtin, serial), gtin, serial)


class Handout(msgspec.Struct, frozen=True):
    """`accounts`: {role, username, password, name} each, one of every role first."""

    base_url: str
    accounts: list[dict[str, str]]
    units: list[Unit]

    def moved_to(self, base_url: str) -> "Handout":
        """The same firm at another address."""
        units = [named(base_url, unit.gtin, unit.serial) for unit in self.units]
        return Handout(base_url, self.accounts, units)


def one_of_each_first(accounts: list[dict[str, str]]) -> list[dict[str, str]]:
    seen: set[str] = set()
    first = [a for a in accounts if not (a["role"] in seen or seen.add(a["role"]))]  # type: ignore[func-returns-value]
    return first + [a for a in accounts if a not in first]


def read(path: Path) -> Handout | None:
    """None when there is none, or none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Handout)
    except (OSError, msgspec.DecodeError):
        return None


def draft(folder: Path, handout: Handout) -> None:
    """On disk for good when this returns, under a name that nobody reads."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder / DRAFT, handout)


def publish(folder: Path) -> None:
    (folder / DRAFT).replace(folder / NAME)
    _sync_folder(folder)


def _write(path: Path, handout: Handout) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(handout), indent=1))
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
