"""Jobs of another system from a CSV file: the sample of real requests, and files that are wrong in one way each."""

import asyncio
import csv
import gzip
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.jobs.importing import ImportRefused, import_jobs
from server.jobs.importing.mapping import read_mapping
from server.jobs.importing.run import Report
from server.platform import db
from server.settings import Settings

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "boston311_sample.csv"
MAPPING = ROOT / "scripts" / "mappings" / "boston311.toml"
HEADER = (
    "case_enquiry_id,open_dt,target_dt,closed_dt,type,reason,department,neighborhood,location_street_name,"
    "location_zipcode,latitude,longitude,source"
)
GOOD = {
    "case_enquiry_id": "1",
    "open_dt": "2011-07-11 09:00:00",
    "target_dt": "2011-07-13 09:00:00",
    "closed_dt": "2011-07-12 10:00:00",
    "type": "Street Light Outages",
    "reason": "Street Lights",
    "department": "PWDx",
    "neighborhood": "Roxbury",
    "location_street_name": "5 Dudley St",
    "location_zipcode": "02119",
    "latitude": "42.3300",
    "longitude": "-71.0840",
    "source": "Constituent Call",
}


def quiet(_: object) -> None:
    pass


async def imported(file: Path, mapping: Path = MAPPING, **options: Any) -> Report:
    return await import_jobs(file, mapping, progress=quiet, **options)


@pytest.fixture
async def empty(settings: Settings) -> AsyncIterator[None]:
    """The module's database without a firm."""
    assert settings.database_url is not None
    db.use(settings.database_url)
    await db.open_pool(size=4)
    try:
        await db.execute("TRUNCATE headquarters, job_type, job_import, feed, stream, history CASCADE")
        yield
    finally:
        await db.close_pool()


@pytest.fixture
def rows(tmp_path: Path) -> Callable[..., Path]:
    """A file of rows, each a change of a good one, or a line of its own."""

    def write(*changes: dict[str, str] | str) -> Path:
        file = tmp_path / "rows.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            out.write(HEADER + "\n")
            writer = csv.DictWriter(out, list(GOOD), lineterminator="\n")
            for change in changes:
                if isinstance(change, str):
                    out.write(change + "\n")
                else:
                    writer.writerow(GOOD | change)
        return file

    return write


async def jobs() -> list[dict[str, Any]]:
    found = await db.fetch("SELECT to_jsonb(j)::text AS job FROM job j ORDER BY number")
    return [msgspec.json.decode(r["job"]) for r in found]


async def count(table: str) -> int:
    found: int = await db.fetch_value(f"SELECT count(*) FROM {table}")
    return found


@pytest.mark.usefixtures("empty")
class TestTheSampleOfRealRequests:
    async def test_every_row_is_imported(self) -> None:
        report = await imported(SAMPLE)
        assert (report.rows, report.imported, report.known, report.refused.total()) == (200, 200, 0, 0)
        assert await count("job") == 200

    async def test_a_repeat_knows_every_row(self) -> None:
        await imported(SAMPLE)
        report = await imported(SAMPLE)
        assert (report.imported, report.known) == (0, 200)
        assert await count("job") == 200
        assert [r["known"] for r in await db.fetch("SELECT known FROM job_import ORDER BY started_at")] == [0, 200]

    async def test_gzipped_it_is_the_same(self, tmp_path: Path) -> None:
        packed = tmp_path / "packed.csv"  # known by its bytes, not by its name
        packed.write_bytes(gzip.compress(SAMPLE.read_bytes()))
        assert (await imported(packed)).imported == 200

    async def test_a_dry_run_writes_nothing(self) -> None:
        report = await imported(SAMPLE, dry_run=True)
        assert report.imported == 200
        for table in ("job", "job_type", "outlet", "service_centre", "job_import", "feed"):
            assert await count(table) == 0

    async def test_only_open_jobs_are_on_a_board(self) -> None:
        report = await imported(SAMPLE)
        on_boards = await db.fetch_value("SELECT count(*) FROM feed WHERE stream LIKE 'board:%'")
        assert 0 < report.imported - report.closed == on_boards

    async def test_every_job_has_its_history(self) -> None:
        await imported(SAMPLE)
        lines = await db.fetch("SELECT DISTINCT action FROM history WHERE record_type = 'job'")
        assert [r["action"] for r in lines] == ["import"]

    async def test_two_imports_at_once_make_no_duplicates(self) -> None:
        reports = await asyncio.gather(imported(SAMPLE), imported(SAMPLE))
        assert sum(r.imported for r in reports) == 200 == await count("job")
        assert await count("service_centre") == 1


@pytest.mark.usefixtures("empty")
class TestOneRow:
    async def test_wall_times_are_of_the_mapping_s_zone(self, rows: Callable[..., Path]) -> None:
        await imported(rows({}))
        (job,) = await jobs()
        assert datetime.fromisoformat(job["opened_at"]) == datetime.fromisoformat("2011-07-11T13:00:00+00:00")

    async def test_a_closed_one_is_closed_and_its_target_judged(self, rows: Callable[..., Path]) -> None:
        await imported(rows({}, {"case_enquiry_id": "2", "closed_dt": "2011-07-13 09:00:01"}))
        kept, missed = await jobs()
        assert (kept["state"], kept["promise_state"]) == ("closed", "met")
        assert datetime.fromisoformat(kept["finished_at"]) == datetime.fromisoformat("2011-07-12T14:00:00+00:00")
        assert (missed["state"], missed["promise_state"]) == ("closed", "missed")

    async def test_an_open_one_waits_on_its_outlet_s_board(self, rows: Callable[..., Path]) -> None:
        await imported(rows({"closed_dt": ""}))
        (job,) = await jobs()
        assert (job["state"], job["finished_at"], job["technician_id"]) == ("new", None, None)
        assert job["checklist"].keys() == {"site_safe", "cleaned_up"}
        assert await db.fetch_value("SELECT count(*) FROM feed WHERE stream = $1", f"board:{job['outlet_id']}") == 1

    async def test_the_source_s_word_for_never_is_no_promise(self, rows: Callable[..., Path]) -> None:
        await imported(rows({"target_dt": "2059-12-31 19:00:00"}))
        (job,) = await jobs()
        assert (job["resolve_by"], job["promise_state"]) == (None, "void")

    async def test_a_kind_nobody_listed_becomes_a_job_type(self, rows: Callable[..., Path]) -> None:
        await imported(rows({"reason": "Sea Serpents & Co."}))
        (job,) = await jobs()
        assert job["job_type"] == "sea_serpents_co"

    async def test_of_rows_with_one_key_the_first_counts(self, rows: Callable[..., Path]) -> None:
        report = await imported(rows({"location_street_name": "first"}, {"location_street_name": "second"}))
        assert (report.imported, report.known) == (1, 1)
        assert [j["address"] for j in await jobs()] == ["first 02119"]


REFUSED_ROWS = {
    "no key": ({"case_enquiry_id": " "}, "key_missing"),
    "a key as long as a novel": ({"case_enquiry_id": "9" * 81}, "invalid"),
    "no opening": ({"open_dt": ""}, "time_unreadable"),
    "an opening in another format": ({"open_dt": "07/11/2011"}, "time_unreadable"),
    "a day that never was": ({"open_dt": "2011-02-30 10:00:00"}, "time_unreadable"),
    "an hour the clocks skipped": ({"open_dt": "2011-03-13 02:30:00", "closed_dt": ""}, "time_unreadable"),
    "an opening in the future": ({"open_dt": "2999-01-01 10:00:00", "closed_dt": ""}, "time_out_of_range"),
    "an opening before the hotline": ({"open_dt": "1911-07-11 09:00:00"}, "time_out_of_range"),
    "closed before it was opened": ({"closed_dt": "2011-07-11 08:59:59"}, "time_out_of_range"),
    "a target in another century": ({"target_dt": "2111-07-11 09:00:00"}, "time_out_of_range"),
    "no latitude": ({"latitude": ""}, "coordinates_missing"),
    "the null island": ({"latitude": "0", "longitude": "0.0"}, "coordinates_missing"),
    "a latitude beyond the pole": ({"latitude": "91"}, "coordinates_out_of_range"),
    "no number": ({"longitude": "west"}, "coordinates_out_of_range"),
    "NaN": ({"longitude": "nan"}, "coordinates_out_of_range"),
    "another city": ({"latitude": "31.23", "longitude": "121.47"}, "coordinates_out_of_range"),
    "NUL": ({"type": "Street\0Light"}, "text_forbidden_character"),
    "text that turns round": ({"location_street_name": "5 \u202etS yelduD"}, "text_forbidden_character"),
    "no title": ({"type": ""}, "invalid"),
    "no reason to make a job type of": ({"reason": "!?"}, "job_type_unknown"),
    "too few cells": ("1,2011-07-11 09:00:00", "row_broken"),
    "a quote that is none": ('"1"x,' + "," * 11, "row_broken"),
}


@pytest.mark.usefixtures("empty")
class TestARefusedRow:
    @pytest.mark.parametrize("name", REFUSED_ROWS)
    async def test_has_its_code_and_its_neighbours_are_imported(self, rows: Callable[..., Path], name: str) -> None:
        change, code = REFUSED_ROWS[name]
        report = await imported(rows({"case_enquiry_id": "a"}, change, {"case_enquiry_id": "z"}))
        assert [(r.line, r.fault) for r in report.refusals] == [(3, code)]
        assert report.imported == 2

    async def test_is_named_by_the_line_it_begins_at(self, rows: Callable[..., Path]) -> None:
        two_lines = {"location_street_name": "5 Dudley St\nback door"}
        report = await imported(rows(two_lines, {"case_enquiry_id": "2", "latitude": ""}))
        assert [r.line for r in report.refusals] == [4]

    async def test_is_handed_back_as_it_was(self, rows: Callable[..., Path], tmp_path: Path) -> None:
        rejects = tmp_path / "rejects.csv"
        await imported(rows({"latitude": "north"}), rejects=rejects)
        with rejects.open(encoding="utf-8", newline="") as file:
            (kept,) = csv.DictReader(file)
        assert (kept["line"], kept["code"], kept["latitude"]) == ("2", "coordinates_out_of_range", "north")
        assert kept["location_street_name"] == "5 Dudley St"

    async def test_a_quote_left_open_costs_the_rows_it_swallows_only(self, rows: Callable[..., Path]) -> None:
        report = await imported(rows({"case_enquiry_id": "a"}, '"left open'))
        assert report.imported == 1
        assert [r.fault for r in report.refusals] == ["row_broken"]


@pytest.mark.usefixtures("empty")
class TestAFileThatCannotBeTaken:
    async def refused(self, file: Path, mapping: Path = MAPPING) -> str:
        with pytest.raises(ImportRefused) as refusal:
            await imported(file, mapping)
        assert await count("job") == await count("service_centre") == await count("job_import") == 0
        return f"{refusal.value}"

    async def test_in_another_encoding(self, rows: Callable[..., Path]) -> None:
        file = rows({}, {"case_enquiry_id": "2", "location_street_name": "Café"})
        file.write_bytes(file.read_text("utf-8").encode("latin-1"))
        words = await self.refused(file)
        assert words.startswith("encoding_wrong: Line 3 is not utf-8")

    async def test_without_a_column(self, rows: Callable[..., Path]) -> None:
        file = rows({})
        file.write_text(file.read_text("utf-8").replace("latitude", "width", 1), "utf-8")
        assert await self.refused(file) == "columns_missing: The file has no column latitude."

    async def test_with_nothing_in_it(self, tmp_path: Path) -> None:
        (tmp_path / "empty.csv").touch()
        assert (await self.refused(tmp_path / "empty.csv")).startswith("columns_missing")

    async def test_packed_and_cut_short(self, tmp_path: Path) -> None:
        file = tmp_path / "cut.csv.gz"
        file.write_bytes(gzip.compress(SAMPLE.read_bytes())[:5000])
        assert (await self.refused(file)).startswith("file_unreadable")

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ('zone = "America/New_York"', 'zone = "America/Gotham"', "no time zone"),
            ('encoding = "utf-8"', 'encoding = "klingon"', "no encoding"),
            ('encoding = "utf-8"', 'encodign = "utf-8"', "encodign"),
            ('title = "{type}"', 'title = "{type!r}"', "between braces"),
            ('default = "Downtown / Financial District"', 'default = "Atlantis"', "Atlantis"),
            ("[times]", "[times", "mapping_invalid"),
        ],
    )
    async def test_with_a_mapping_that_is_wrong(self, tmp_path: Path, old: str, new: str, says: str) -> None:
        mapping = tmp_path / "wrong.toml"
        text = MAPPING.read_text("utf-8")
        assert old in text
        mapping.write_text(text.replace(old, new, 1), "utf-8")
        words = await self.refused(SAMPLE, mapping)
        assert words.startswith("mapping_invalid")
        assert says in words


@pytest.mark.usefixtures("empty")
class TestAFileFromAnotherProgram:
    async def test_with_a_byte_order_mark(self, rows: Callable[..., Path]) -> None:
        file = rows({})
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
        assert (await imported(file)).imported == 1

    async def test_with_lines_that_end_as_on_windows_and_blank_ones(self, rows: Callable[..., Path]) -> None:
        file = rows({}, "", {"case_enquiry_id": "2"}, "")
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        assert (await imported(file)).imported == 2

    async def test_in_the_encoding_that_the_mapping_declares(self, rows: Callable[..., Path], tmp_path: Path) -> None:
        file = rows({"location_street_name": "中山路"})
        file.write_bytes(file.read_text("utf-8").encode("gb18030"))
        mapping = tmp_path / "chinese.toml"
        mapping.write_text(MAPPING.read_text("utf-8").replace('"utf-8"', '"gb18030"', 1), "utf-8")
        await imported(file, mapping)
        assert [j["address"] for j in await jobs()] == ["中山路 02119"]


@pytest.mark.usefixtures("empty")
class TestAMappingThatMayNotCreate:
    @pytest.fixture
    def strict(self, tmp_path: Path) -> Path:
        mapping = tmp_path / "strict.toml"
        mapping.write_text(MAPPING.read_text("utf-8").replace("create = true", "create = false"), "utf-8")
        return mapping

    async def test_refuses_rows_whose_outlet_is_not_there(self, rows: Callable[..., Path], strict: Path) -> None:
        report = await imported(rows({}), strict)
        assert [r.fault for r in report.refusals] == ["outlet_unknown"]
        assert await count("outlet") == 0

    async def test_uses_what_an_earlier_import_made(self, rows: Callable[..., Path], strict: Path) -> None:
        await imported(rows({}))
        report = await imported(rows({"case_enquiry_id": "2"}), strict)
        assert (report.imported, await count("outlet"), await count("job_type")) == (1, 1, 1)


class TestTheMappingOfBoston:
    def test_names_every_kind_and_place_of_the_sample(self) -> None:
        mapping = read_mapping(MAPPING)
        with SAMPLE.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert row["reason"] in mapping.job_types.kinds
                assert mapping.outlets.place_of(row["neighborhood"].strip()) in mapping.outlets.places
