from dataclasses import replace

import pytest

from offline_sync.operation import FieldTime, RecordKey
from tests.offline_sync.builders import operation, patch


class TestDigest:
    def test_is_the_same_for_the_same_deed_however_its_args_are_ordered(self) -> None:
        one, other = patch(contact="Li", diagnosis="脱水"), patch(diagnosis="脱水", contact="Li")
        assert one.digest() == other.digest()

    def test_is_pinned_so_that_recorded_digests_stay_valid(self) -> None:
        expected = "af3ba45298350f011a388bbee8a7648f4b5778207af133d55303b0a03f86e991"
        assert patch(contact="Li").digest() == expected

    @pytest.mark.parametrize(
        "part",
        [
            {"op_id": "x"},
            {"seq": 9},
            {"kind": "job.note"},
            {"record": RecordKey("job", "j2")},
            {"base_version": 9},
            {"args": {"contact": "Wu"}},
            {"at": FieldTime(1, 2, "b")},
        ],
    )
    def test_differs_when_any_part_does(self, part: dict[str, object]) -> None:
        assert replace(patch(contact="Li"), **part).digest() != patch(contact="Li").digest()  # type: ignore[arg-type]

    def test_exists_even_for_text_that_has_no_utf8(self) -> None:
        assert len(operation(args={"text": "\ud800\x00"}).digest()) == 64
