"""docs/evidence.md: what it promises of formats and commands is so."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from server.evidence.sealing.entries import Kind
from server.evidence.sealing.signing import published
from server.evidence.sealing.trailer import sealed_pdf
from tests.evidence.sealed import a_sealed_case


@pytest.fixture(scope="module")
def text(project: Path) -> str:
    return (project / "docs" / "evidence.md").read_text("utf-8")


def test_names_every_kind_of_entry(text: str) -> None:
    table = text[text.index("| `kind` | says besides |") :].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert named - {"kind"} == set(get_args(Kind))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs OpenSSL 3")
def test_a_report_is_verified_by_openssl_alone(text: str, tmp_path: Path) -> None:
    script = text[text.index("```sh\n") + 6 :].partition("```")[0]
    case = a_sealed_case()
    pdf = sealed_pdf(b"%PDF-1.7\n" + bytes(range(1, 256)) * 8 + b"\n%%EOF", case.sealed, case.keys)
    (tmp_path / "verify.sh").write_text(script)
    (tmp_path / "keys.json").write_bytes(msgspec.json.encode(published(case.keys.known)))
    ended = []
    for content in (pdf, pdf.replace(b"abc", b"abd", 1), pdf + b"\n", pdf.replace(b"-seal ey", b"-seal ez", 1)):
        (tmp_path / "report.pdf").write_bytes(content)
        words = ["sh", "verify.sh", "report.pdf", "keys.json"]
        ended.append(subprocess.run(words, cwd=tmp_path, capture_output=True, check=False).returncode == 0)
    assert ended == [True, False, False, False]
