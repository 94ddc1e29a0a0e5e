"""`onsite solve`: the answer on standard output, what is wrong on standard error, and an exit code to go by."""

import io
import json
import sys
from pathlib import Path

import msgspec
import pytest

from server import cli
from tests.dispatch.solving.problems import job, raw, vehicle


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "problem.json"
    path.write_bytes(msgspec.json.encode(raw([vehicle(1)], [job(1, 10), job(2, 20)])))
    return path


def solve(path: Path, capfd: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    code = cli.main(["solve", str(path), "--seconds", "0.3", *options])
    out, err = capfd.readouterr()
    return code, out, err


def test_the_answer_is_json(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = solve(file, capfd)
    assert (code, err) == (0, "")
    assert json.loads(out)["summary"]["routes"] == 1


def test_standard_input(file: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    assert solve(Path("-"), capfd)[0] == 0


def test_a_broken_problem(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"vehicles": []}')
    code, out, err = solve(broken, capfd)
    assert (code, out) == (2, "")
    assert err.startswith("onsite: no_vehicles: ")


def test_no_file_and_no_time(tmp_path: Path, file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert solve(tmp_path / "none.json", capfd)[0] == 1
    assert solve(file, capfd, "--seconds", "0")[0] == 1
