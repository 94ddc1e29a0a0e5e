"""Solomon's format, best known solutions, and the check of what a solver answers."""

import json
from pathlib import Path
from typing import Any

from scripts.benchmarks.dispatch.solomon import BestKnown, cases, check, limited, read_solomon

TEXT = """TINY

VEHICLE
NUMBER     CAPACITY
  2         20

CUSTOMER
CUST NO.   XCOORD.   YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0          0       0           0       0         100           0
    1          3       4          10       0          50          10
    2          6       8          15      30          31          10
    3          0       1           5       0         100          10
"""


def tiny() -> dict[str, Any]:
    return read_solomon(TEXT)


class TestTheFormat:
    def test_becomes_vroom_json_in_thousandths(self) -> None:
        problem = tiny()
        assert [vehicle["capacity"] for vehicle in problem["vehicles"]] == [[20], [20]]
        assert problem["vehicles"][0]["time_window"] == [0, 100_000]
        assert problem["jobs"][1] == {
            "id": 2,
            "location_index": 2,
            "delivery": [15],
            "time_windows": [[30_000, 31_000]],
            "service": 10_000,
        }
        assert problem["matrices"]["car"]["durations"][0] == [0, 5_000, 10_000, 1_000]

    def test_may_be_asked_with_fewer_vehicles(self) -> None:
        assert len(limited(tiny(), 1)["vehicles"]) == 1


class TestAFolder:
    def test_holds_both_formats_and_what_is_best_known(self, tmp_path: Path) -> None:
        (tmp_path / "A.txt").write_text(TEXT)
        (tmp_path / "B.json").write_text(json.dumps({**tiny(), "scale": 1000, "best_known": [[1, 30], [2, 25.5]]}))
        (tmp_path / "notes.json").write_text("{}")
        (tmp_path / "best_known.json").write_text(json.dumps({"A": [2, 24.1]}))
        a, b = cases(tmp_path)
        assert (a.name, a.scale, a.best) == ("A", 1000, (BestKnown(2, 24.1),))
        assert (b.name, b.scale, b.best) == ("B", 1000, (BestKnown(1, 30.0), BestKnown(2, 25.5)))
        assert "best_known" not in b.problem

    def test_an_instance_may_have_none(self, tmp_path: Path) -> None:
        (tmp_path / "A.txt").write_text(TEXT)
        assert next(cases(tmp_path)).best == ()


class TestTheCheck:
    def test_measures_the_way_in_the_units_of_the_instance(self) -> None:
        found = check(tiny(), 1000, {0: [3], 1: [1]}, 1.0)
        assert (found.vehicles, found.distance, found.left, found.broken) == (2, 12.0, 1, "")

    def test_waits_for_a_window(self) -> None:
        assert check(tiny(), 1000, {0: [2, 3]}, 1.0).broken == ""

    def test_finds_what_is_too_late(self) -> None:
        assert "after its window" in check(tiny(), 1000, {0: [1, 3, 2]}, 1.0).broken

    def test_finds_what_is_too_much(self) -> None:
        assert "too much" in check(tiny(), 1000, {0: [1, 2]}, 1.0).broken

    def test_finds_a_job_that_is_visited_twice(self) -> None:
        assert "twice" in check(tiny(), 1000, {0: [3], 1: [3]}, 1.0).broken
