"""Short stories of what went wrong, or nearly did, around forks, restores and clones: the first was found by
`test_machine`, the others by thinking about the protocol and by killing the TypeScript replica."""

from __future__ import annotations

import pytest

from offline_sync.replica import Forked
from tests.offline_sync.builders import JOB
from tests.offline_sync.conftest import Enrol
from tests.offline_sync.device import Device, fresh_pull
from tests.offline_sync.pair import Line, Office


@pytest.fixture
def phone(office: Office, enrol: Enrol) -> Device:
    office.put(JOB, state="scheduled", technician="t1")
    device = enrol()
    device.replica.sync()
    return device


def notes_of(office: Office) -> list[str]:
    return [note["id"] for note in office.records[JOB].fields.get("notes", [])]


class TestFoundByTheMachine:
    def test_found_a_phone_enrolled_anew_unasked_after_a_restore(self, phone: Device, office: Office) -> None:
        """It had not heard of the new epoch, took only pending work along, and the forgotten work was lost."""
        backup = office.backup()
        phone.note("forgotten")
        phone.replica.sync()
        office.restore(backup, "epoch-2")
        phone.note("pending")
        phone.enrol_anew()
        phone.replica.sync()
        assert notes_of(office) == ["forgotten", "pending"]
        assert phone.notes() == ["forgotten", "pending"]

    def test_found_a_clone_that_filled_the_numbers_of_forgotten_work(self, phone: Device, office: Office) -> None:
        """`last_seq` said that nothing was forgotten; only the digest of the last operation tells."""
        backup = office.backup()
        clone = phone.copy(Line(office, "d1"))
        phone.note("forgotten")
        phone.replica.sync()
        office.restore(backup, "epoch-2")
        clone.note("the clone's")
        clone.replica.sync()
        with pytest.raises(Forked):
            phone.replica.sync()
        phone.enrol_anew()
        phone.replica.sync()
        clone.replica.sync()
        assert notes_of(office) == ["the clone's", "forgotten"] == clone.notes() == phone.notes()
        clone.close()

    def test_found_a_restored_server_that_no_longer_knows_the_phone(self, phone: Device, office: Office) -> None:
        """Its work goes again in the order of the work, not the pending part first."""
        backup = office.backup()
        phone.enrol_anew()
        phone.note("first")
        phone.replica.sync()
        phone.note("second")
        office.restore(backup, "epoch-2")
        phone.drain()
        assert notes_of(office) == ["first", "second"]

    def test_found_a_revoked_phone_of_a_restored_server(self, phone: Device, office: Office) -> None:
        backup = office.backup()
        phone.note("forgotten")
        phone.replica.sync()
        office.restore(backup, "epoch-2")
        office.devices["d1"].revoked = True
        phone.drain()
        assert notes_of(office) == ["forgotten"]
        assert phone.base() == fresh_pull(Line(office, phone.store.device_id), "t1")

    def test_found_work_shown_twice_while_the_server_is_taught_again(self, phone: Device, office: Office) -> None:
        """Acknowledged anew under a higher version than the old base's; found by killing the TypeScript replica."""
        phone.use(2)
        backup = office.backup()
        phone.replica.sync()
        office.restore(backup, "epoch-2")
        office.put(JOB, priority=1)
        phone.line.faults = ["", "", "", "lost_reply"]
        for _ in range(4):
            assert phone.brushes() == 2
            try:
                phone.replica.sync()
            except Exception:  # noqa: BLE001 - whatever is lost on the way, the view stays
                continue
        assert phone.brushes() == 2
