"""docs/solving.md says what the code does."""

from pathlib import Path

from schemas.errors import Code
from server.dispatch.solving.described import with_table
from server.dispatch.solving.reasons import WHY
from server.dispatch.solving.refusals import SENTENCES, Limits

PAGE = (Path(__file__).parents[3] / "docs" / "solving.md").read_text("utf-8")


def test_the_table_of_the_objective_is_that_of_the_code() -> None:
    assert with_table(PAGE) == PAGE


def test_every_code_and_reason_is_there() -> None:
    assert [code for code in SENTENCES if f"`{code.value}`" not in PAGE] == []
    assert [reason for reason in WHY if f"`{reason}`" not in PAGE] == []
    assert f"`{Code.TOO_MANY_REQUESTS.value}`" in PAGE


def test_the_limits_are_those() -> None:
    limits = Limits()
    assert f"{limits.jobs:,} jobs, {limits.vehicles:,} vehicles, matrices of {limits.places:,} places" in PAGE
