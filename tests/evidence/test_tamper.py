"""Every region of a sealed completion flipped once: each change is found, and said in words."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from server.evidence.sealing.bundles import bundle_of
from server.evidence.sealing.cases import kept_of
from server.evidence.sealing.entries import Written
from server.evidence.sealing.files import JudgedFile, judge_file
from server.evidence.sealing.findings import Finding, status_of
from server.evidence.sealing.signing import known_of, published, read_published
from server.evidence.sealing.trailer import MARK, sealed_pdf
from server.evidence.sealing.verifying import verify
from tests.evidence.sealed import Case, a_sealed_case, as_json, some_secrets

CASE_SECRETS = some_secrets()
CASE = a_sealed_case(CASE_SECRETS)
KNOWN = CASE.keys.known
BUNDLE = bundle_of(CASE.row["id"], CASE.kept)
PDF = sealed_pdf(b"%PDF-1.7\n" + bytes(range(1, 256)) * 8 + b"\nstartxref\n9\n%%EOF", CASE.sealed, CASE.keys)


def flipped(content: bytes, place: int) -> bytes:
    """One bit of it, another one each time."""
    return content[:place] + bytes([content[place] ^ 1 << place % 7]) + content[place + 1 :]


def words(findings: list[Finding]) -> str:
    """In both languages, and nothing left to be filled in."""
    said = [each.words for each in findings]
    assert all(text.zh and text.en and not re.search(r"{\w+}", text.zh + text.en) for text in said)
    return " ".join(text.en for text in said)


def in_database(row: Mapping[str, Any]) -> list[Finding]:
    kept = kept_of(row)
    return kept if isinstance(kept, list) else verify(kept, KNOWN)


def test_as_it_was_sealed_it_is_intact() -> None:
    assert in_database(CASE.row) == []
    assert judge_file(BUNDLE, KNOWN).status == "intact"
    assert judge_file(PDF, KNOWN).status == "intact"


class TestABundle:
    @pytest.mark.parametrize("offset", range(8))
    def test_with_any_byte_flipped_is_altered(self, offset: int) -> None:
        for place in range(offset, len(BUNDLE), 24):
            if BUNDLE[place : place + 1].isspace():
                continue  # between its members, where JSON lets anything be
            judged = judge_file(flipped(BUNDLE, place), KNOWN)
            if place < BUNDLE.index(b"onsite-completion-1") + 19:
                assert judged.status != "intact"  # it does not say any more what it is
            else:
                assert judged.status == "altered", BUNDLE[place - 20 : place + 20]
            assert words(judged.findings)

    def test_cut_anywhere_is_not_intact(self) -> None:
        for length in range(0, len(BUNDLE) - 2, 97):
            assert judge_file(BUNDLE[:length], KNOWN).status != "intact"

    def test_that_says_a_thing_twice_is_altered(self) -> None:
        twice = BUNDLE.replace(b'"manifest":', b'"manifest": "{}",\n "manifest":', 1)
        assert [f.code for f in judge_file(twice, KNOWN).findings] == ["file_doubled"]

    @pytest.mark.parametrize(
        ("before", "after", "said"),
        [
            ("压缩机", "冷凝器", "the text shown to the customer"),
            ("[1,7,12,501]", "[2,7,12,501]", "the strokes of the signature"),
            ("09:30:00", "09:10:00", "the time of finishing"),
            ("08:50:00", "08:10:00", "the time of arrival"),
            ("李梅", "李美", "who signed"),
            ('"size":100', '"size":101', "the photos"),
            ("5000", "9000", "the fees"),
            ('"rating":5', '"rating":1', "the rating"),
        ],
    )
    def test_says_which_part_was_changed(self, before: str, after: str, said: str) -> None:
        loaded = msgspec.json.decode(BUNDLE)
        assert before in loaded["manifest"]
        loaded["manifest"] = loaded["manifest"].replace(before, after)
        judged = judge_file(msgspec.json.encode(loaded), KNOWN)
        assert words(judged.findings) == f"What the customer signed was changed: {said}."

    def test_put_together_from_two_is_altered(self) -> None:
        other = a_sealed_case(CASE_SECRETS, photos=3)
        mine, theirs = (msgspec.json.decode(b) for b in (BUNDLE, bundle_of(other.row["id"], other.kept)))
        known = {**KNOWN, **other.keys.known}
        for name in mine:
            if name != "format":
                judged = judge_file(msgspec.json.encode({**mine, name: theirs[name]}), known)
                assert (name, judged.status) == (name, "altered")

    def test_by_a_key_that_is_not_known_is_left_open(self) -> None:
        judged = judge_file(BUNDLE, known_of([]))
        assert judged.status == "unknown"
        assert CASE.keys.signer.kid in words(judged.findings)

    def test_signed_anew_by_somebody_else_does_not_pass(self) -> None:
        forged = a_sealed_case(some_secrets())
        judged = judge_file(bundle_of(forged.row["id"], forged.kept), KNOWN)
        assert judged.status == "unknown"


class TestAReport:
    @pytest.mark.parametrize("offset", range(4))
    def test_with_any_byte_flipped_is_altered(self, offset: int) -> None:
        for place in range(offset, len(PDF), 8):
            judged = judge_file(flipped(PDF, place), KNOWN)
            assert judged.status == "altered", PDF[place - 20 : place + 20]
            assert words(judged.findings)

    def test_with_something_added_is_altered(self) -> None:
        for added in (b" ", b"\n", b"1 0 obj\nendobj\n%%EOF", PDF):
            judged = judge_file(PDF + added, KNOWN)
            assert judged.status == "altered", added
            assert words(judged.findings) == "Something was added to the report behind its seal."

    def test_with_something_inside_added_or_taken_away_is_altered(self) -> None:
        line = PDF.rindex(MARK)
        for content, said in (
            (PDF[: line - 7] + PDF[line:], "Part of the report was taken away."),
            (PDF[:line] + b"% more\n" + PDF[line:], "Something was added to the report behind its seal."),
            (b"%PDF-1.7\n%\n" + PDF[9:], "The report was changed after it was sealed."),
        ):
            assert words(judge_file(content, KNOWN).findings) == said

    def test_with_the_seal_of_another_is_altered(self) -> None:
        other = sealed_pdf(b"%PDF-1.7\nother\n%%EOF", CASE.sealed, CASE.keys)
        assert judge_file(PDF[: PDF.rindex(MARK)] + other[other.rindex(MARK) :], KNOWN).status == "altered"

    def test_without_its_seal_is_left_open(self) -> None:
        assert judge_file(PDF[: PDF.rindex(MARK)], KNOWN).status == "unknown"

    def test_by_a_key_that_is_not_known_is_left_open_but_its_bytes_are_compared(self) -> None:
        other = read_published(msgspec.json.encode(published(a_sealed_case().keys.known)))
        assert other is not None
        assert judge_file(PDF, other).status == "unknown"
        assert judge_file(flipped(PDF, 30), other).status == "altered"


def places(value: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every member and element."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in members:
        yield (*so_far, name)
        yield from places(inner, (*so_far, name))


def put(whole: Any, place: tuple[Any, ...], value: Any) -> Any:
    """A copy with `value` there."""
    copied = json.loads(json.dumps(whole))
    inner = copied
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return copied


def changes_of_row(row: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(column, the row with something else in it), each column of the completion, its photos and its seal."""
    for name in ("id", "job_id", "centre_id", "outlet_id", "technician_id", "device_id", "extends"):
        yield name, {**row, name: "00000000-0000-7000-8000-000000000000"}
    for name in ("seal_centre_id", "seal_outlet_id"):
        yield name, {**row, name: "00000000-0000-7000-8000-000000000000"}
    for name in ("received_at", "sealed_at", "seal_at"):
        yield name, {**row, name: row[name].replace(microsecond=1)}
    for name, value in (("kind", "cannot_complete"), ("valid", False), ("fault", "signature_invalid")):
        yield name, {**row, name: value}
    yield from changes_of_texts(row)
    yield from changes_of_photos(row)


def changes_of_texts(row: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in ("manifest", "digest", "signature", "code", "device_key"):
        for place in range(0, len(row[name]), 9):
            changed = row[name][:place] + ("x" if row[name][place] != "x" else "y") + row[name][place + 1 :]
            if name != "device_key" or _still_says_another(row[name], changed):
                yield name, {**row, name: changed}


def changes_of_photos(row: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    photos = msgspec.json.decode(row["photos"])
    for n, photo in enumerate(photos):
        for name, value in (("sha256", "0" * 64), ("size", 7), ("media_type", "image/png"), ("received_at", None)):
            changed = [*photos[:n], {**photo, name: value}, *photos[n + 1 :]]
            yield f"photo {name}", {**row, "photos": msgspec.json.encode(changed).decode()}
    for some in (photos[1:], [*photos, photos[0]], [*photos, {**photos[0], "sha256": "1" * 64}]):
        yield "photos", {**row, "photos": msgspec.json.encode(some).decode()}


def _still_says_another(before: str, changed: str) -> bool:
    try:
        return bool(msgspec.json.decode(changed) != msgspec.json.decode(before))
    except msgspec.DecodeError:
        return True


def changes_of_entry(entry: Written) -> Iterator[tuple[str, Written]]:
    for name in ("text", "signature"):
        value = getattr(entry, name)
        for place in range(0, len(value), 7):
            other = "x" if value[place] != "x" else "y"
            yield name, dataclasses.replace(entry, **{name: value[:place] + other + value[place + 1 :]})
    for name in ("hash", "previous", "chain", "kid"):
        value = getattr(entry, name)
        yield name, dataclasses.replace(entry, **{name: ("0" if value[0] != "0" else "1") + value[1:]})
    yield "seq", dataclasses.replace(entry, seq=entry.seq + 1)
    yield "kind", dataclasses.replace(entry, kind="report")
    yield "at", dataclasses.replace(entry, at=entry.at.replace(microsecond=1))
    yield "subject", dataclasses.replace(entry, subject=None)
    yield "centre_id", dataclasses.replace(entry, centre_id=None)


class TestTheDatabase:
    def test_any_column_of_the_completion_its_photos_and_its_seal_changed_is_found(self) -> None:
        seen = set()
        for name, changed in changes_of_row(CASE.row):
            found = in_database(changed)
            assert status_of(found) == "altered", name
            assert words(found)
            seen.add(name)
        assert len(seen) == 25

    def test_what_moved_to_another_centre_with_its_outlet_is_intact(self) -> None:
        other = "00000000-0000-7000-8000-000000000000"
        moved = {**CASE.row, "centre_id": other, "seal_centre_id": other}
        assert in_database({**moved, "home_centre_id": other}) == []
        assert in_database(moved), "the outlet is where it was"

    def test_any_column_of_the_ledger_changed_is_found(self) -> None:
        for name, changed in changes_of_entry(CASE.kept.row):
            found = in_database({**CASE.row, "ledger_row": as_json(changed)})
            assert status_of(found) == "altered", name
            assert words(found)

    def test_neighbours_changed_or_gone_are_found(self) -> None:
        text, signature = msgspec.json.decode(CASE.row["after"])
        for change in (
            {"chain_before": "0" * 64},
            {"chain_before": None},
            {"ledger_row": None},
            {"id": None},
            {"after": msgspec.json.encode([text.replace("restored", "restorex"), signature]).decode()},
            {"after": msgspec.json.encode([CASE.kept.row.text, CASE.kept.row.signature]).decode()},
        ):
            found = in_database({**CASE.row, **change})
            assert status_of(found) == "altered", change
            assert words(found)


class TestFilesOfAnyKind:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{}",
            b"[" * 100_000,
            b'{"format": "onsite-completion-1"' + b"[" * 100_000,
            b'{"format": "onsite-completion-1", "id": ' + b"9" * 100_000 + b"}",
            b"%PDF-1.7",
            b"%PDF-1.7\n%onsite-seal \n",
            b"%PDF-1.7\n%onsite-seal a.b.c\n",
            b"%PDF-1.7\n%onsite-seal " + b"A" * 5000 + b"\n",
            b"%onsite-seal " * 1000,
            b"\xff\xfe\x00" * 100,
            '﻿{"format": "onsite-completion-1"}'.encode(),
        ],
    )
    def test_are_judged_without_a_fault_and_never_pass(self, content: bytes) -> None:
        judged: JudgedFile = judge_file(content, KNOWN)
        assert judged.status != "intact"
        assert words(judged.findings)

    @pytest.mark.parametrize("value", [None, 10**30, [], "\ud800", "\x00", "infinity"])
    def test_of_ours_with_anything_in_any_place_are_judged_likewise(self, value: Any) -> None:
        whole = json.loads(BUNDLE)
        for place in places(whole):
            if (place, value) != (("after",), None):  # it was the last entry when the bundle was made
                judged = judge_file(json.dumps(put(whole, place, value)).encode(), KNOWN)
                assert judged.status != "intact", place
                assert words(judged.findings).isprintable()
        entry = json.loads(whole["sealed"]["entry"])
        for place in places(entry):
            changed = put(whole, ("sealed", "entry"), json.dumps(put(entry, place, value)))
            assert judge_file(json.dumps(changed).encode(), KNOWN).status == "altered"

    def test_of_ours_with_foreign_text_inside_are_said_without_control_characters(self) -> None:
        loaded = msgspec.json.decode(BUNDLE)
        loaded["photos"][0]["sha256"] = "\x1b[2J\u202e" + "a" * 40
        said = words(judge_file(msgspec.json.encode(loaded), KNOWN).findings)
        assert said.isprintable()


class TestSeveralKeys:
    def test_those_before_are_still_known(self) -> None:
        case: Case = a_sealed_case(some_secrets(retired=2))
        assert len(case.keys.known) == 3
        assert judge_file(bundle_of(case.row["id"], case.kept), case.keys.known).status == "intact"
