"""The wire changes only by decision: a fingerprint of all its types is pinned to the protocol version."""

import json

from schemas.base import PROTOCOL_VERSION
from tests.schemas.fingerprint import PINNED, TEXT, differences, fingerprint, rows, wire

WHAT_TO_DO = """
The wire is not what was pinned for protocol version {version}: {found}.
If every old client goes on working (a new optional member, code or kind): `python -m tests.schemas.fingerprint "what
changed"`, which pins it and writes a row of the change log in docs/sync-protocol.md, "Versions".
If not: raise PROTOCOL_VERSION in schemas/base.py, keep an adapter for the old form, and then do the same.
"""


class TestTheWire:
    def test_is_what_was_pinned(self) -> None:
        pinned = json.loads(PINNED.read_text("utf-8"))
        found = {what: names for what, names in differences(pinned["parts"], wire()).items() if names}
        assert not found, WHAT_TO_DO.format(version=PROTOCOL_VERSION, found=found)

    def test_is_pinned_for_this_version(self) -> None:
        assert json.loads(PINNED.read_text("utf-8"))["protocol_version"] == PROTOCOL_VERSION

    def test_stands_in_the_change_log_as_its_newest_row(self) -> None:
        version, short, change = rows(TEXT.read_text("utf-8"))[-1]
        assert (version, short) == (PROTOCOL_VERSION, fingerprint(wire())[:12])
        assert change


class TestTheFingerprint:
    def test_does_not_depend_on_what_is_written_for_people(self) -> None:
        assert wire() == wire()
        assert "Push" in wire()
        assert "code forked" in wire()
        assert "kind job.patch" in wire()
