"""`onsite verify FILE` as a person types it: words, and 0, 1 or 2."""

from pathlib import Path

import msgspec
import pytest

from server.cli import main
from server.evidence.sealing.bundles import bundle_of
from server.evidence.sealing.signing import published
from server.evidence.sealing.trailer import sealed_pdf
from tests.evidence.sealed import a_sealed_case

CASE = a_sealed_case()
BUNDLE = bundle_of(CASE.row["id"], CASE.kept)
REPORT = sealed_pdf(b"%PDF-1.7\nwords\n%%EOF", CASE.sealed, CASE.keys)


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def keys(tmp_path: Path) -> str:
    file = tmp_path / "keys.json"
    file.write_bytes(msgspec.json.encode(published(CASE.keys.known)))
    return str(file)


def put(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


class TestAFileOfOurs:
    def test_that_is_intact_ends_with_0(self, tmp_path: Path, keys: str, capsys: pytest.CaptureFixture[str]) -> None:
        for name, content in (("bundle.json", BUNDLE), ("report.pdf", REPORT)):
            assert main(["verify", put(tmp_path, name, content), "--keys", keys]) == 0
            assert f"Code {CASE.sealed.code}, entry 2 of the ledger" in capsys.readouterr().out

    def test_that_was_altered_ends_with_1_and_what_it_is(
        self, tmp_path: Path, keys: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        altered = put(tmp_path, "bundle.json", BUNDLE.replace("压缩机".encode(), "冷凝器".encode()))
        assert main(["verify", altered, "--keys", keys]) == 1
        assert "What the customer signed was changed: the text shown to the customer." in capsys.readouterr().out
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        assert main(["verify", put(tmp_path, "report.pdf", REPORT + b"\n"), "--keys", keys]) == 1
        assert "签封之后又有内容加到报告里。" in capsys.readouterr().out

    def test_is_judged_with_its_photos(self, tmp_path: Path, keys: str, capsys: pytest.CaptureFixture[str]) -> None:
        file, folder = put(tmp_path, "bundle.json", BUNDLE), tmp_path / "photos" / "deeper"
        folder.mkdir(parents=True)
        for n in range(2):
            put(folder, f"IMG_{n}.jpg", bytes([n]) * 100)
        words = ["verify", file, "--keys", keys, "--photos", str(tmp_path / "photos")]
        assert main(words) == 0
        put(folder, "IMG_1.jpg", bytes([1]) * 99 + b"!")
        assert main(words) == 1
        assert "is not in the folder, or was changed" in capsys.readouterr().out


class TestWhatNobodyCanTell:
    def test_ends_with_2(self, tmp_path: Path, keys: str, capsys: pytest.CaptureFixture[str]) -> None:
        bundle = put(tmp_path, "bundle.json", BUNDLE)
        other = put(tmp_path, "other.json", msgspec.json.encode(published(a_sealed_case().keys.known)))
        asked = {
            "is not known here": [bundle, "--keys", other],
            "There are no keys": [bundle, "--data", str(tmp_path / "empty")],
            "not a file that we sealed": [put(tmp_path, "x", b"\x00\xff"), "--keys", keys],
            "carries no seal": [put(tmp_path, "y.pdf", b"%PDF-1.7\n%%EOF\n"), "--keys", keys],
            "No such file": [str(tmp_path / "nothing"), "--keys", keys],
            "is no JWK set": [bundle, "--keys", bundle],
            "There is no folder": [bundle, "--keys", keys, "--photos", bundle],
        }
        for said, words in asked.items():
            assert main(["verify", *words]) == 2, said
            told = capsys.readouterr()
            assert said in told.out + told.err
        assert not (tmp_path / "empty").exists()
