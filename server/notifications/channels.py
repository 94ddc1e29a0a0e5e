"""The ways out to customers: addresses of `apprise`, per firm or centre, from one private file.

    [firm]
    sms = "twilio://SID:TOKEN@+15550100/{to}"
    email = "mailtos://user:password@smtp.example.com?from=service@example.com&to={to}"

    [centre.0198c0de-0000-7000-8000-000000000001]      # a centre's own; what it lacks, the firm's serves
    sms = "…"

`{to}` becomes the recipient. The addresses hold passwords: the file is its owner's alone (0600), they are never in the
database and never in a log; what apprise itself would log about them is not let through.
"""

from __future__ import annotations

import logging
import os
import stat
import tomllib
import warnings
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import msgspec

from server.notifications.rules import Channel
from server.platform.startup import CannotStart

FILE_NAME: Final = "notifications.toml"
SECONDS: Final = 10.0
"""What one try may take. Connecting and reading have 4 s each inside apprise."""


class ChannelsError(CannotStart):
    """The file of channels is there but cannot be used."""


class _Ways(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sms: str = ""
    email: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    firm: _Ways = _Ways()
    centre: dict[UUID, _Ways] = {}


class Channels:
    """Where messages go out. Without a file: nowhere, and everything is told by the desk."""

    def __init__(self, firm: Mapping[str, str] | None = None, centres: Mapping[UUID, Mapping[str, str]] | None = None):
        self._firm, self._centres = firm or {}, centres or {}

    def __repr__(self) -> str:
        return "Channels(…)"  # the addresses hold passwords

    @classmethod
    def load(cls, data_dir: Path) -> Channels:
        """Raises `ChannelsError` when the file is damaged or readable by others; no address is named in it."""
        path = data_dir / FILE_NAME
        try:
            with path.open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise ChannelsError(f"Others may read {path}; make it private with: chmod 600 {path}")
                read = msgspec.convert(tomllib.load(file), _File)
        except FileNotFoundError:
            return cls()
        except tomllib.TOMLDecodeError as fault:
            raise ChannelsError(f"{path} cannot be read as TOML; see docs/customer-page.md.") from fault
        except msgspec.ValidationError as fault:
            raise ChannelsError(f"{path} cannot be used: {fault}.") from fault
        ways = {f"centre.{centre_id}": ways for centre_id, ways in read.centre.items()} | {"firm": read.firm}
        for owner, own in ways.items():
            for channel in ("sms", "email"):
                _check(path, f"{owner}.{channel}", getattr(own, channel))
        return cls(
            msgspec.structs.asdict(read.firm), {key: msgspec.structs.asdict(own) for key, own in read.centre.items()}
        )

    def address(self, channel: Channel, centre_id: UUID, recipient: str) -> str | None:
        """Where apprise sends it; None when there is no such way."""
        template = self._centres.get(centre_id, {}).get(channel) or self._firm.get(channel)
        return template.replace("{to}", quote(recipient, safe="")) if template else None


def _check(path: Path, name: str, template: str) -> None:
    if not template:
        return
    if "{to}" not in template:
        raise ChannelsError(f"{path}: {name} must say where the recipient goes, as {{to}}.")
    if _apprise().Apprise.instantiate(template.replace("{to}", "%2B8613800138000"), suppress_exceptions=True) is None:
        raise ChannelsError(f"{path}: {name} is no address that apprise knows.")


def deliver(address: str, subject: str, text: str) -> bool:
    """Whether the channel took it. Blocks: run it in a thread. It never raises for what the other side does."""
    apprise = _apprise()
    sending = apprise.Apprise()
    if not sending.add(address):
        return False
    return bool(sending.notify(body=text, title=subject, body_format=apprise.NotifyFormat.TEXT))


@lru_cache(1)
def _apprise() -> Any:
    """Loaded by the first message: its hundred plugins take a second, which a server without channels need not spend.
    It logs addresses, so it does not get to log at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what plugins of others deprecate is nothing we could mend
        import apprise

        apprise.Apprise.instantiate("json://localhost")
    logging.getLogger("apprise").disabled = True
    return apprise
