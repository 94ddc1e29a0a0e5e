"""A phone signs and hands in, each in one call."""

from __future__ import annotations

import pytest

from offline_sync.replica import completing, manifest
from offline_sync.replica.keys import DeviceKey
from offline_sync.replica.wire import time_json
from server.evidence import rules
from tests.evidence.builders import added, facts
from tests.offline_sync.builders import JOB, NOON
from tests.offline_sync.conftest import Enrol
from tests.offline_sync.device import Device
from tests.offline_sync.pair import Office

KEY = DeviceKey.generate()


@pytest.fixture
def phone(office: Office, enrol: Enrol) -> Device:
    """It has been answered once."""
    office.put(JOB, state="scheduled", technician="t1")
    device = enrol()
    device.note("n1")
    device.replica.sync()
    return device


class TestAPhoneThatSigns:
    def test_completes_a_job_in_one_call_with_its_raw_clocks(self, phone: Device) -> None:
        op_id = completing.complete(phone.replica, facts(JOB.id), KEY)
        (operation,) = phone.replica.pending()
        said, signature = operation.args["manifest"], operation.args["signature"]
        assert (operation.op_id, operation.kind, operation.record) == (op_id, "job.complete", JOB)
        assert said["finish"] == time_json(operation.at)
        assert [anchor["server_ms"] for anchor in said["anchors"]] == [NOON]
        assert rules.signed_by(KEY.public, manifest.canonical(said), signature)

    def test_signs_with_the_servers_time_where_it_was_heard(self, phone: Device) -> None:
        untimed = {name: value for name, value in facts(JOB.id).items() if name != "finished_at"}
        completing.complete(phone.replica, untimed, KEY)
        (operation,) = phone.replica.pending()
        assert operation.args["manifest"]["finished_at"] == "2023-11-14T22:13:20.000+00:00"

    def test_says_that_work_cannot_be_done_and_adds_to_that(self, phone: Device) -> None:
        completing.cannot_complete(phone.replica, facts(JOB.id), "主板停产", KEY, cause="waiting_for_parts")
        first = phone.replica.pending()[-1]
        signed = manifest.digest(first.args["manifest"])
        completing.addendum(phone.replica, added(JOB.id, signed), KEY)
        second = phone.replica.pending()[-1]
        assert (first.args["reason"], first.args["cause"]) == ("主板停产", "waiting_for_parts")
        assert (second.kind, second.args["manifest"]["extends"]) == ("job.addendum", signed)
        assert second.args["manifest"]["reading"] == time_json(second.at)

    def test_keeps_nothing_of_what_would_be_held(self, phone: Device) -> None:
        with pytest.raises(manifest.ManifestRefused):
            completing.complete(phone.replica, facts(JOB.id, strokes=[]), KEY)
        assert phone.replica.pending() == []
