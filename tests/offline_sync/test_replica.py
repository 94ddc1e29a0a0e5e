"""The device's side against the office in memory: guarantees 1 to 9 and 11 to 12 as a technician would meet them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from offline_sync.operation import RecordKey
from offline_sync.replica import Forked, Problem, Store, TooNew, Unreachable
from tests.offline_sync.builders import DAY, JOB, NOON
from tests.offline_sync.conftest import Enrol
from tests.offline_sync.device import Device, fresh_pull
from tests.offline_sync.pair import Line, Office

OTHER = RecordKey("job", "j2")
VALVE = RecordKey("article", "valve")


@pytest.fixture
def phone(office: Office, enrol: Enrol) -> Device:
    """A technician's phone that has seen one job."""
    office.put(JOB, state="scheduled", technician="t1", priority=3)
    office.put(VALVE, price=700)
    device = enrol()
    device.replica.sync()
    return device


class TestWorkingOffline:
    """Guarantee 6: read your writes."""

    def test_shows_own_work_at_once(self, phone: Device) -> None:
        phone.note("n1")
        phone.use(2)
        assert (phone.notes(), phone.brushes()) == (["n1"], 2)

    def test_survives_a_restart(self, phone: Device) -> None:
        op_id = phone.note("n1")
        phone.restart()
        assert [operation.op_id for operation in phone.replica.pending()] == [op_id]
        assert phone.notes() == ["n1"]

    def test_numbers_operations_without_a_gap(self, phone: Device) -> None:
        for number in range(3):
            phone.note(f"n{number}")
            phone.restart()
        assert [operation.seq for operation in phone.replica.pending()] == [1, 2, 3]

    def test_says_which_version_the_person_was_looking_at(self, phone: Device, office: Office) -> None:
        office.put(JOB, priority=1)
        phone.note("n1")
        assert phone.replica.pending()[0].base_version == 1

    def test_shows_a_job_raised_offline(self, phone: Device) -> None:
        phone.replica.enqueue("job.raise", OTHER, {})
        phone.note("n1", OTHER)
        view = phone.replica.view(OTHER)
        assert view is not None
        assert (view.version, view.fields["state"]) == (0, "new")
        assert [record.id for record in phone.replica.records("job")] == ["j1", "j2"]

    def test_own_work_stays_on_top_of_every_newer_base(self, phone: Device, office: Office) -> None:
        phone.patch(diagnosis="worn")
        office.put(JOB, diagnosis="guess", priority=1)
        phone.replica.pull()
        view = phone.replica.view(JOB)
        assert view is not None
        assert (view.fields["diagnosis"], view.fields["priority"], view.version) == ("worn", 1, 2)

    @pytest.mark.parametrize("args", [{"x": float("nan")}, {"x": "\ud800"}, {"x": {1, 2}}])
    def test_takes_nothing_into_the_queue_that_is_not_json(self, phone: Device, args: dict[str, object]) -> None:
        with pytest.raises((ValueError, TypeError)):
            phone.replica.enqueue("job.note", JOB, args)
        assert phone.replica.pending() == []

    def test_takes_nothing_nested_without_end(self, phone: Device) -> None:
        deep: list[object] = []
        for _ in range(5_000):
            deep = [deep]
        with pytest.raises(ValueError, match="deep"):
            phone.replica.enqueue("job.note", JOB, {"x": deep})


class TestHandingIn:
    def test_empties_the_outbox_and_keeps_the_outcomes(self, phone: Device, office: Office) -> None:
        op_id = phone.note("n1")
        assert phone.replica.sync().judged == 1
        assert phone.replica.pending() == []
        assert [(o.op_id, o.status) for o in phone.replica.outcomes()] == [(op_id, "applied")]
        assert office.records[JOB].fields["notes"] == [{"id": "n1"}]

    def test_work_stays_on_view_between_the_answer_and_the_next_pull(self, phone: Device) -> None:
        phone.use(2)
        phone.replica.push()
        assert phone.brushes() == 2
        phone.replica.pull()
        assert phone.brushes() == 2

    def test_the_winner_is_on_view_as_soon_as_it_is_known(self, phone: Device, office: Office) -> None:
        phone.patch(priority=9)
        office.put(JOB, priority=1)
        phone.replica.push()
        view = phone.replica.view(JOB)
        assert view is not None
        assert view.fields["priority"] == 1

    def test_refused_work_leaves_the_view_with_its_reason(self, phone: Device) -> None:
        phone.replica.enqueue("job.break", JOB, {})
        phone.note("n1")
        phone.replica.sync()
        assert [o.code for o in phone.replica.outcomes()] == ["operation_faulty", None]
        assert phone.notes() == ["n1"]

    def test_news_stay_news_until_they_were_seen(self, phone: Device) -> None:
        op_id = phone.note("n1")
        phone.replica.sync()
        phone.restart()
        assert [o.op_id for o in phone.replica.news()] == [op_id]
        phone.replica.mark_seen([op_id])
        assert phone.replica.news() == []
        assert len(phone.replica.outcomes()) == 1

    def test_goes_in_batches(self, phone: Device, office: Office) -> None:
        for number in range(120):
            phone.note(f"n{number}")
        phone.replica.push()
        assert len(office.records[JOB].fields["notes"]) == 120
        assert [len(body["operations"]) for body in phone.line.said] == [50, 50, 20]

    def test_outcomes_are_kept_thirty_days(self, phone: Device, office: Office) -> None:
        phone.note("n1")
        phone.replica.sync()
        office.now = lambda: NOON + 29 * DAY
        phone.note("n2")
        phone.replica.sync()
        assert len(phone.replica.outcomes()) == 2
        office.now = lambda: NOON + 31 * DAY
        phone.note("n3")
        phone.replica.sync()
        assert len(phone.replica.outcomes()) == 2


class TestABadLine:
    """Guarantees 1 to 3."""

    def test_a_lost_request_changes_nothing(self, phone: Device, office: Office) -> None:
        phone.use(2)
        phone.line.faults = ["lost_request"]
        with pytest.raises(Unreachable):
            phone.replica.sync()
        assert "parts" not in office.records[JOB].fields
        phone.replica.sync()
        assert office.records[JOB].fields["parts"] == {"brush": 2}

    def test_a_lost_reply_is_no_second_effect(self, phone: Device, office: Office) -> None:
        phone.use(2)
        phone.line.faults = ["lost_reply"]
        with pytest.raises(Unreachable):
            phone.replica.sync()
        phone.replica.sync()
        assert office.records[JOB].fields["parts"] == {"brush": 2}
        assert office.duplicates == 1

    def test_after_a_lost_reply_a_pull_shows_the_work_once(self, phone: Device) -> None:
        phone.use(2)
        phone.line.faults = ["lost_reply"]
        with pytest.raises(Unreachable):
            phone.replica.push()
        phone.replica.pull()
        assert phone.brushes() == 2
        assert [o.status for o in phone.replica.outcomes()] == ["applied"]

    def test_a_checkpoint_left_waiting_is_not_the_last_word(self, phone: Device, office: Office) -> None:
        """Found by a day of the machine: seed 169837119019448846411369388190481737698."""
        phone.use(2)
        phone.line.faults = ["delayed", "", "delayed"]  # the outcome cannot be heard: the checkpoint has to wait
        with pytest.raises(Unreachable):
            phone.replica.push()
        with pytest.raises(Unreachable):
            phone.replica.pull()
        office.change(JOB, "job.patch", priority=5)
        phone.replica.pull()
        assert phone.base() == fresh_pull(Line(office, phone.store.device_id), phone.technician)
        assert phone.brushes() == 2

    @pytest.mark.parametrize("fault", ["twice", "late"])
    def test_repeated_delivery_has_one_effect(self, phone: Device, office: Office, fault: str) -> None:
        phone.use(2)
        phone.replica.push()
        phone.use(1)
        phone.line.faults = [fault]
        phone.replica.sync()
        assert office.records[JOB].fields["parts"] == {"brush": 3}
        assert phone.brushes() == 3

    def test_an_answer_of_another_shape_is_no_answer(self, phone: Device) -> None:
        phone.note("n1")
        phone.line.push = lambda body: {"welcome": "to our hotel"}  # type: ignore[method-assign]
        with pytest.raises(Unreachable):
            phone.replica.push()
        assert len(phone.replica.pending()) == 1

    def test_a_server_that_judges_nothing_is_not_asked_for_ever(self, phone: Device) -> None:
        phone.note("n1")
        empty = {"outcomes": [], "last_seq": 0, "expected_seq": None, "epoch": "epoch-1", "server_time": NOON}
        phone.line.push = lambda body: empty  # type: ignore[method-assign]
        with pytest.raises(Unreachable):
            phone.replica.push()


class TestARefusedPush:
    def test_does_not_keep_the_replica_from_reading(self, phone: Device, office: Office) -> None:
        phone.note("n1")
        office.put(JOB, priority=1)

        def refuse(body: dict[str, object]) -> dict[str, object]:
            raise Problem("client_too_old", 426)

        phone.line.push = refuse  # type: ignore[method-assign]
        with pytest.raises(Problem, match="client_too_old"):
            phone.replica.sync()
        view = phone.replica.view(JOB)
        assert view is not None
        assert (view.fields["priority"], view.fields["notes"]) == (1, [{"id": "n1"}])

    def test_that_was_too_large_goes_in_smaller_pieces(self, phone: Device, office: Office) -> None:
        for number in range(10):
            phone.note(f"n{number}")
        through = phone.line.push

        def narrow(body: dict[str, list[object]]) -> dict[str, object]:
            if len(body["operations"]) > 3:
                raise Problem("too_large", 413)
            return through(body)

        phone.line.push = narrow  # type: ignore[method-assign]
        phone.replica.push()
        assert len(office.records[JOB].fields["notes"]) == 10


class TestReading:
    """Guarantee 5: incremental equals fresh."""

    def test_nothing_changes_before_the_checkpoint(self, phone: Device, office: Office, enrol: Enrol) -> None:
        for number in range(5):
            office.put(RecordKey("job", f"k{number}"), state="new", technician="t1")
        slow = enrol("d2", "t1", page_limit=2)
        slow.line.faults = ["", "", "lost_reply"]
        with pytest.raises(Unreachable):
            slow.replica.pull()
        assert slow.base() == {}
        slow.restart()
        slow.replica.pull()
        assert slow.base() == fresh_pull(Line(office, "d2"), "t1")
        assert slow.line.pulls == 5

    def test_a_record_that_changes_between_two_pages_ends_as_it_is(self, office: Office, enrol: Enrol) -> None:
        keys = [RecordKey("job", f"k{number}") for number in range(3)]
        for key in keys:
            office.put(key, state="new", technician="t1", priority=1)
        slow = enrol("d2", "t1", page_limit=1)
        slow.line.faults = ["", "", "lost_reply"]
        with pytest.raises(Unreachable):
            slow.replica.pull()
        office.put(keys[0], priority=2)
        office.delete(keys[1])
        slow.replica.pull()
        assert slow.base() == fresh_pull(Line(office, "d2"), "t1")

    def test_a_tombstone_removes(self, phone: Device, office: Office) -> None:
        office.delete(VALVE)
        phone.replica.pull()
        assert phone.replica.view(VALVE) is None

    def test_a_record_in_two_streams_leaves_with_the_last(self, phone: Device, office: Office) -> None:
        office.devices["d1"].extra_streams.add("area:north")
        office.put(JOB, area="north")
        phone.replica.pull()
        office.put(JOB, technician="t2")
        phone.replica.pull()
        assert phone.replica.view(JOB) is not None
        office.put(JOB, area="south")
        phone.replica.pull()
        assert phone.replica.view(JOB) is None

    def test_after_a_purge_of_tombstones_it_starts_afresh(self, phone: Device, office: Office) -> None:
        office.put(OTHER, state="new", technician="t1")
        office.put(JOB, technician="t2")
        office.purge()
        phone.use(1)
        phone.replica.pull()
        assert phone.replica.pending() == []
        assert phone.base() == fresh_pull(Line(office, "d1"), "t1")
        assert JOB not in phone.base()

    def test_while_it_starts_afresh_the_old_view_stays(self, phone: Device, office: Office) -> None:
        office.put(JOB, technician="t2")
        office.purge()
        phone.line.faults = ["", "lost_reply"]
        with pytest.raises(Unreachable):
            phone.replica.pull()
        assert phone.replica.view(JOB) is not None

    def test_a_server_that_always_says_expired_is_not_asked_for_ever(self, phone: Device) -> None:
        def expired(cursor: str | None, limit: int) -> dict[str, object]:
            raise Problem("cursor_expired", 410)

        phone.line.pull = expired  # type: ignore[method-assign]
        with pytest.raises(Problem):
            phone.replica.pull()


class TestAStreamThatComesAndGoesBetweenTwoPages:
    """It is read from its start again, and a start tells of no removal."""

    def test_leaves_nothing_behind_that_was_removed_meanwhile(self, office: Office, enrol: Enrol) -> None:
        north = [RecordKey("job", f"k{number}") for number in range(4)]
        known = office.devices
        slow = enrol("d2", "t1", page_limit=1)
        known["d2"].extra_streams.add("area:north")
        for key in north:
            office.put(key, state="new", area="north")
        slow.replica.pull()
        for number in range(4):
            office.put(RecordKey("job", f"w{number}"), state="new", technician="t1")
        office.put(north[0], priority=1)

        def cut_after(pages: int) -> None:
            slow.line.faults = [""] * pages + ["lost_reply"]
            with pytest.raises(Unreachable):
                slow.replica.pull()

        cut_after(1)
        known["d2"].extra_streams.clear()
        cut_after(1)
        office.delete(north[0])
        office.put(north[1], area="south")
        office.purge()
        known["d2"].extra_streams.add("area:north")
        slow.replica.pull()
        assert slow.base() == fresh_pull(Line(office, "d2"), "t1")


class TestAFreshReadOfAnOldStream:
    def test_does_not_expire_at_its_own_pages(self, office: Office, enrol: Enrol) -> None:
        for number in range(6):
            office.put(RecordKey("job", f"k{number}"), state="new", technician="t1")
        office.put(JOB, technician="t1")
        office.delete(JOB)
        office.purge()
        slow = enrol("d2", "t1", page_limit=2)
        slow.replica.pull()
        assert len(slow.base()) == 6

    def test_but_does_when_a_removal_it_should_have_heard_of_is_purged(self, office: Office, enrol: Enrol) -> None:
        keys = [RecordKey("job", f"k{number}") for number in range(6)]
        for key in keys:
            office.put(key, state="new", technician="t1")
        slow = enrol("d2", "t1", page_limit=2)
        slow.line.faults = ["", "lost_reply"]
        with pytest.raises(Unreachable):
            slow.replica.pull()
        office.delete(keys[0])
        office.purge()
        slow.replica.pull()
        assert slow.base() == fresh_pull(Line(office, "d2"), "t1")


class TestLeavingTheScope:
    """Guarantee 7."""

    def test_without_pending_work_it_goes_at_the_next_checkpoint(self, phone: Device, office: Office) -> None:
        office.put(JOB, technician="t2")
        phone.replica.pull()
        assert set(phone.base()) == {VALVE}
        assert phone.kept_copies() == set()

    def test_a_stream_no_longer_listed_takes_its_records(self, phone: Device, office: Office) -> None:
        office.devices["d1"].extra_streams.add("area:north")
        office.put(OTHER, state="new", area="north")
        phone.replica.pull()
        assert OTHER in phone.base()
        office.devices["d1"].extra_streams.clear()
        phone.replica.pull()
        assert OTHER not in phone.base()

    def test_with_pending_work_it_stays_until_that_is_judged(self, phone: Device, office: Office) -> None:
        phone.note("n1")
        office.put(JOB, technician="t2")
        phone.replica.pull()
        assert phone.notes() == ["n1"]
        assert phone.kept_copies() == {JOB}
        phone.replica.push()
        assert phone.replica.view(JOB) is None
        assert office.records[JOB].fields["notes"] == [{"id": "n1"}]

    def test_a_kept_copy_shows_what_was_judged_beside_what_is_pending(self, phone: Device, office: Office) -> None:
        phone.note("n1")
        phone.replica.push()
        phone.note("n2")
        office.put(JOB, technician="t2")
        phone.replica.pull()
        assert phone.notes() == ["n1", "n2"]

    def test_a_job_raised_here_and_given_away_stays_while_work_on_it_is_pending(
        self, phone: Device, office: Office
    ) -> None:
        phone.replica.enqueue("job.raise", OTHER, {})
        phone.replica.push()
        phone.note("n1", OTHER)
        office.put(OTHER, technician="t2")
        phone.replica.pull()
        assert phone.notes(OTHER) == ["n1"]
        phone.replica.sync()
        assert phone.replica.view(OTHER) is None

    def test_a_record_that_comes_back_is_as_the_server_has_it(self, phone: Device, office: Office) -> None:
        phone.note("n1")
        office.put(JOB, technician="t2")
        phone.replica.pull()
        office.put(JOB, technician="t1", priority=1)
        phone.replica.sync()
        assert phone.base() == fresh_pull(Line(office, "d1"), "t1")
        assert phone.kept_copies() == set()


class TestARestoredServer:
    """Guarantee 11: phones teach the server again what it forgot."""

    def test_gets_forgotten_work_again_with_nothing_else_to_send(self, phone: Device, office: Office) -> None:
        phone.use(1)
        phone.replica.sync()
        backup = office.backup()
        phone.use(2)
        phone.note("n1")
        phone.replica.sync()
        office.restore(backup, "epoch-2")
        phone.replica.sync()
        assert office.records[JOB].fields["parts"] == {"brush": 3}
        assert office.records[JOB].fields["notes"] == [{"id": "n1"}]
        assert (phone.brushes(), phone.notes()) == (3, ["n1"])
        assert phone.base() == fresh_pull(Line(office, "d1"), "t1")

    def test_gets_it_again_before_what_is_new(self, phone: Device, office: Office) -> None:
        backup = office.backup()
        phone.use(2)
        phone.replica.sync()
        office.restore(backup, "epoch-2")
        phone.use(3)
        phone.replica.sync()
        assert [j.operation.seq for j in office.judgings] == [1, 2]
        assert phone.brushes() == 5

    def test_the_work_never_leaves_the_view_meanwhile(self, phone: Device, office: Office) -> None:
        backup = office.backup()
        phone.use(2)
        phone.replica.sync()
        office.restore(backup, "epoch-2")
        # The push of the forgotten work fails at every step once.
        for good in range(6):
            phone.line.faults = [""] * good + ["lost_reply"]
            try:
                phone.replica.sync()
            except Unreachable:
                assert phone.brushes() == 2
        phone.line.faults = []
        phone.replica.sync()
        assert (phone.brushes(), office.records[JOB].fields["parts"]) == (2, {"brush": 2})

    def test_that_takes_nothing_in_still_leaves_the_work_on_view(self, phone: Device, office: Office) -> None:
        backup = office.backup()
        phone.use(2)
        phone.replica.sync()
        office.restore(backup, "epoch-2")

        def refuse(body: dict[str, object]) -> dict[str, object]:
            raise Problem("client_too_old", 426)

        phone.line.push = refuse  # type: ignore[method-assign]
        phone.replica.pull()
        assert phone.base() == fresh_pull(Line(office, "d1"), "t1")
        assert (phone.brushes(), len(phone.replica.pending())) == (2, 1)

    def test_that_forgot_more_than_is_kept_asks_for_a_new_identity(self, phone: Device, office: Office) -> None:
        backup = office.backup()
        phone.use(2)
        phone.replica.sync()
        with phone.store.writing() as connection:
            connection.execute("DELETE FROM operation")
        office.restore(backup, "epoch-2")
        phone.use(3)
        with pytest.raises(Forked):
            phone.replica.sync()
        office.enrol("d1b", "t1")
        phone.replica.adopt_identity("d1b")
        phone.replica.sync()
        assert office.records[JOB].fields["parts"] == {"brush": 3}


class TestACopiedPhone:
    """Guarantee 12: both keep their work, under different identities."""

    def test_is_found_out_and_goes_on_under_a_new_identity(self, phone: Device, office: Office, tmp_path: Path) -> None:
        phone.use(1)
        phone.replica.sync()
        phone.use(2)  # pending in both
        shutil.copy(phone.path, tmp_path / "clone.db")
        for suffix in ("-wal", "-shm"):
            shutil.copy(f"{phone.path}{suffix}", tmp_path / f"clone.db{suffix}")
        clone = Device(tmp_path / "clone.db", "d1", "t1", Line(office, "d1"))
        phone.use(10)
        clone.use(20)
        phone.replica.sync()
        with pytest.raises(Forked) as forked:
            clone.replica.sync()
        assert forked.value.seq == 3
        office.enrol("d9", "t1")
        clone.replica.adopt_identity("d9")
        clone.replica.sync()
        phone.replica.sync()
        assert office.records[JOB].fields["parts"] == {"brush": 33}
        assert (phone.brushes(), clone.brushes()) == (33, 33)
        assert clone.replica.pending() == []
        clone.close()

    def test_cannot_be_given_the_identity_it_has(self, phone: Device) -> None:
        with pytest.raises(ValueError, match="identity"):
            phone.replica.adopt_identity("d1")


class TestTheFile:
    def test_of_a_newer_app_is_left_alone(self, phone: Device, tmp_path: Path) -> None:
        phone.store.connection.execute("PRAGMA user_version = 999")
        with pytest.raises(TooNew):
            Store(phone.path)

    def test_of_another_device_is_refused(self, phone: Device) -> None:
        with pytest.raises(ValueError, match="another device"):
            Store(phone.path, "d2")

    def test_that_is_new_needs_an_identity(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="device_id"):
            Store(tmp_path / "new.db")

    def test_is_durable_by_its_settings(self, phone: Device) -> None:
        store = Store(phone.path)
        settings = [store.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in SETTINGS]
        store.close()
        assert settings == ["wal", 2]


SETTINGS = ("journal_mode", "synchronous")
