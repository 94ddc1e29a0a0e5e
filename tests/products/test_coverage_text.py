"""docs/coverage.md can be wrong, so it is read: what it names must exist, and no fault may go untold."""

import re
from pathlib import Path

from server.products.policies import shipped
from server.products.rules.policy import Policy, RemedyWindow, WarrantyTerm
from server.products.rules.policy_check import FAULTS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "coverage.md").read_text("utf-8")


class TestTheText:
    def test_names_files_that_exist(self) -> None:
        named = re.findall(r"`((?:server|tests|docs)/[\w./*]+)`", TEXT)
        assert named
        assert [path for path in named if not list(ROOT.glob(path))] == []

    def test_names_faults_that_exist(self) -> None:
        refused = TEXT[TEXT.index("Refused, all faults at once") : TEXT.index("## Not modelled")]
        named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", refused))
        assert named <= {*FAULTS, "policy_taken"}

    def test_names_settings_that_a_policy_has(self) -> None:
        table = TEXT[TEXT.index("| rule | where") : TEXT.index("What the rules leave open")]
        known = {*Policy.__struct_fields__, *WarrantyTerm.__struct_fields__, *RemedyWindow.__struct_fields__}
        known |= {"parts", "repairer"}  # what a slow repair waits for
        assert set(re.findall(r"`(\w+)`", table)) <= known

    def test_says_what_the_shipped_policies_say(self) -> None:
        law, promise = shipped()
        days = [window.days for window in (*law.windows, *promise.windows)]
        assert days == [7, 15, 15, 30]
        assert [slow.more_than_days for slow in law.slow_repairs] == [90, 30]
        assert (promise.terms[0].months, promise.grace_days) == (24, 90)
        for told in (
            "within 7 days",
            "within 15 days",
            "within 15, exchange within 30",
            "more than 90 days",
            "2 years",
        ):
            assert told in TEXT
