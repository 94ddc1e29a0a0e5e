"""What devices sign: alike in every implementation, accepted by the server, small."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from offline_sync.replica import manifest
from offline_sync.replica.keys import DeviceKey
from schemas import evidence as wire
from server.evidence import rules
from server.platform.text import FORBIDDEN
from tests.evidence import manifest_vectors
from tests.evidence.builders import facts, refused

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/manifest.json").read_text("utf-8"))
JOB = manifest_vectors.JOB
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STATEMENTS = [each for each in VECTORS["statements"] if "canonical" in each["expect"]]
KINDS: dict[str, rules.Kind] = {"complete": "completed", "cannot_complete": "cannot_complete", "addendum": "addendum"}


class TestTheVectors:
    def test_are_those_of_the_manifest_as_it_is(self) -> None:
        kept = (ROOT / "tests/vectors/manifest.json").read_text("utf-8")
        assert kept == manifest_vectors.text(), (
            "python -m tests.evidence.manifest_vectors > tests/vectors/manifest.json"
        )

    @pytest.mark.parametrize("said", STATEMENTS, ids=lambda said: said["name"])
    def test_hold_before_the_server(self, said: Any) -> None:
        """C-3: the bytes are the same, and the signature over them holds."""
        expected = said["expect"]
        signed = json.loads(expected["canonical"])
        args = {"manifest": signed, "signature": expected["signature"], "reason": said.get("reason")}
        statement = rules.verified(rules.read(KINDS[said["kind"]], args, JOB, NOW), VECTORS["key"])
        assert (statement.fault, statement.digest) == (None, expected["sha256"])
        assert statement.kept.decode() == expected["canonical"]

    @pytest.mark.parametrize("said", VECTORS["signatures"], ids=lambda said: said["name"])
    def test_of_signatures_hold_or_not(self, said: Any) -> None:
        assert rules.signed_by(VECTORS["key"], said["payload"].encode(), said["signature"]) is said["holds"]


class TestTheLimitsOfTheDevice:
    """C-9: what the server would hold is not built."""

    def test_are_those_of_the_server(self) -> None:
        assert manifest.MAX_POINTS == wire.MAX_POINTS
        assert manifest.MAX_BYTES == wire.MAX_MANIFEST_BYTES
        assert manifest.MAX_PHOTOS == wire.MAX_PHOTOS
        assert manifest.FORM == wire.FORM
        assert manifest.FORBIDDEN == FORBIDDEN
        twin = (ROOT / "server/web/shared/replica/manifest.ts").read_text("utf-8")
        for told in ("FORM = 2", "MAX_POINTS = 20_000", "MAX_BYTES = 640 * 1024", "MAX_PHOTOS = 40"):
            assert f"export const {told};" in twin

    @pytest.mark.parametrize(
        ("code", "more"),
        [
            ("strokes_too_many", {"strokes": [[[0, 0, n, 1] for n in range(20_001)]]}),
            ("manifest_too_large", {"report": {"log": "x" * manifest.MAX_BYTES}}),
            ("nested_too_deep", {"report": {"a": manifest_vectors._nested(40)}}),
            ("number_not_finite", {"report": {"n": float("nan")}}),
            ("manifest_invalid", {"report": {"when": NOW}}),
            ("text_forbidden_character", {"text": "ok \ud83d"}),
        ],
    )
    def test_refuse_what_would_be_held(self, code: str, more: dict[str, Any]) -> None:
        with pytest.raises(manifest.ManifestRefused) as refusal:
            manifest.complete(facts(JOB, **more), DeviceKey.generate())
        assert refusal.value.code == code


class TestASignature:
    def test_of_400_points_makes_a_manifest_of_25_kb_at_most(self) -> None:
        drawn = [[[n * 7 % 3000, n * 11 % 1500, 9000 + n * 16, 400 + n % 300] for n in range(50)] for _ in range(8)]
        photos = [manifest.photo(bytes([n]), "image/jpeg", "2026-11-23T07:59:00+08:00") for n in range(5)]
        args = manifest.complete(
            facts(JOB, strokes=drawn, photos=photos, text="压缩机已更换。" * 120), DeviceKey.generate()
        )
        assert len(json.dumps(args, ensure_ascii=False, separators=(",", ":")).encode()) <= 25_000


class TestTheDevicesKey:
    def test_is_the_same_after_it_was_kept_and_only_its_owners(self, tmp_path: Path) -> None:
        key, path = DeviceKey.generate(), tmp_path / "key.pem"
        key.save(path)
        assert path.stat().st_mode & 0o777 == 0o600
        kept = DeviceKey.load(path)
        assert kept.public == key.public
        assert rules.signed_by(key.public, b"{}", kept.sign(b"{}"))

    def test_is_never_written_over(self, tmp_path: Path) -> None:
        path = tmp_path / "key.pem"
        path.write_bytes(b"another identity")
        with pytest.raises(FileExistsError):
            DeviceKey.generate().save(path)
        assert path.read_bytes() == b"another identity"

    def test_of_another_kind_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "key.pem"
        path.write_bytes(b"no key")
        with pytest.raises(ValueError, match="PEM"):
            DeviceKey.load(path)


class TestAManifestOfTheFirstForm:
    OLD: dict[str, Any] = {
        "job_id": JOB,
        "text": "done",
        "locale": "en",
        "signer": {"name": "李梅"},
        "photos": [],
        "finished_at": "2026-11-23T08:00:00+00:00",
    }

    def test_is_read_in_todays_units(self) -> None:
        open_members = {
            "strokes": [[[10.25, 3, 120.4, 0.5], [1, 2], [7]]],
            "checklist": {"shoes": True, "mat": {"done": False}, "odd": 7},
            "fees": [{"amount_minor": 100}, {"name": "unpriced"}],
            "arrival": {"at": "2026-11-23T07:00:00+00:00"},
            "position": {"lat": 400},
        }
        found = rules.read_manifest(self.OLD | open_members)
        assert found is not None
        assert found.strokes == [[(102, 30, 120, 500), (10, 20, 0, 500)]]
        assert found.checklist == {"shoes": wire.Checked(done=True), "mat": wire.Checked(done=False)}
        assert found.fees == [wire.Fee(amount_minor=100)]
        assert (found.arrival, found.position, found.form) == (wire.Moment(at="2026-11-23T07:00:00+00:00"), None, 1)

    def test_holds_without_strokes(self) -> None:
        key = DeviceKey.generate()
        args = manifest.signed(self.OLD, key)
        assert rules.fault(args["manifest"], args["signature"], JOB, key.public, NOW) is None

    def test_cannot_pass_for_one_of_today(self) -> None:
        key = DeviceKey.generate()
        args = manifest.signed(self.OLD | {"form": 2}, key)
        assert rules.fault(args["manifest"], args["signature"], JOB, key.public, NOW) == "manifest_unsigned"


_WORDS = st.text(
    st.sampled_from('aZ0 ~\t\r\n"\\/\0\x1f\x7f\x80\u202e\u2028é中דּ\ufb33\ufeff😀👩') | st.characters(codec="utf-8"),
    max_size=6,
)
_PLAIN = st.none() | st.booleans() | _WORDS | st.integers(-(2**60), 2**60) | st.floats()
_VALUES = _PLAIN | st.lists(_PLAIN, max_size=3) | st.dictionaries(_WORDS, _PLAIN, max_size=3)
_POINT = st.lists(st.integers(-(10**17), 10**6), max_size=4)
_MANIFESTS = st.fixed_dictionaries(
    {
        "text": _WORDS,
        "strokes": st.lists(st.lists(_POINT, max_size=3), max_size=2),
        "report": st.dictionaries(_WORDS, _VALUES, max_size=4),
        "position": _VALUES,
    }
)


def _said(value: Any, canonical: Any, *faults: type[Exception]) -> str:
    """Of several things that are wrong either twin may name another first."""
    try:
        made: bytes = canonical(value)
    except faults:
        return "refused"
    return made.decode()


class TestTheServersCanonicalForm:
    @settings(max_examples=60)
    @given(_MANIFESTS)
    def test_is_the_librarys(self, value: dict[str, Any]) -> None:
        theirs = _said(value, rfc8785.dumps, rfc8785.CanonicalizationError, UnicodeEncodeError)
        assert _said(value, rules.canonical, ValueError) == theirs


_TWIN = """
import { readFileSync, writeFileSync } from "node:fs";
import { rolldown } from "rolldown";
const [source, module, asked, answered] = process.argv.slice(2);
const bundle = await rolldown({ input: source });
await bundle.write({ file: module });
const { canonical } = await import(module);
const said = JSON.parse(readFileSync(asked, "utf-8")).map((each) => {
  try {
    return new TextDecoder().decode(canonical(JSON.parse(each)));
  } catch (fault) {
    return fault.name === "ManifestRefused" ? "refused" : String(fault);
  }
});
writeFileSync(answered, JSON.stringify(said));
"""


class TestTheTwins:
    def test_agree_about_any_manifest(self, tmp_path: Path) -> None:
        """Some hundred manifests are made, canonicalised in one process of Node, and compared."""
        made: list[dict[str, Any]] = []

        @settings(max_examples=150, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(_MANIFESTS)
        def make(value: dict[str, Any]) -> None:
            made.append(value)

        make()
        asked = [json.dumps(value) for value in made if _is_json(value)]
        answered = self._in_node(asked, tmp_path)
        for text, theirs in zip(asked, answered, strict=True):
            assert _said(json.loads(text), manifest.canonical, manifest.ManifestRefused) == theirs

    def _in_node(self, asked: list[str], folder: Path) -> list[str]:
        web = ROOT / "server/web"
        module, questions, answers = folder / "manifest.mjs", folder / "asked.json", folder / "answered.json"
        questions.write_text(json.dumps(asked))
        twin = web / "shared/replica/manifest.ts"
        done = subprocess.run(
            ["node", "--input-type=module", "-", str(twin), str(module), str(questions), str(answers)],
            input=_TWIN,
            cwd=web,
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said: list[str] = json.loads(answers.read_text())
        return said


def _is_json(value: Any) -> bool:
    """NaN is none."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


class TestWhatIsHeldAlready:
    """C-8."""

    def held(self, statement: rules.Statement, **more: Any) -> rules.Held:
        said: dict[str, Any] = {
            "id": "0197a0d6-0000-7000-8000-0000000000f1",
            "job_id": statement.job_id,
            "kind": "completed",
            "digest": statement.digest,
            "valid": True,
            "technician_id": "t1",
        }
        return rules.Held(**said | more)

    def statement(self) -> rules.Statement:
        key = DeviceKey.generate()
        return rules.verified(rules.read("completed", manifest.complete(refused(JOB), key), JOB, NOW), key.public)

    def test_counts_once(self) -> None:
        statement = self.statement()
        assert rules.compared(statement, "another", "t1", [self.held(statement)]).fault == "manifest_replayed"

    def test_is_no_replay_of_itself_nor_of_what_did_not_hold(self) -> None:
        statement = self.statement()
        held = self.held(statement)
        assert rules.compared(statement, held.id, "t1", [held]).fault is None
        assert rules.compared(statement, "another", "t1", [self.held(statement, valid=False)]).fault is None
