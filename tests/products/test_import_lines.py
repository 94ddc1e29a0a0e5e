"""Reading a file of units line by line, without a database: what is said about each bad line, and each bad file."""

import gzip
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from schemas.products import Model
from schemas.unit_imports import UnitMapping
from server.platform.spreadsheets import harmless
from server.products.importing.lines import Outlets, Terms, Wanted, judge
from server.products.importing.reading import Header, Row, read_rows
from server.products.importing.refusals import MEANING, Fault, ImportRefused, RefusedRow
from server.products.importing.repeats import Repeats
from server.products.importing.run import Survey, survey
from tests.products.files import HEADER, csv_of, units, written
from tests.products.shop import GTIN

JINGAN, XUHUI, TWIN, CENTRE = (uuid4() for _ in range(4))


def _outlet(name: str) -> SimpleNamespace:
    return SimpleNamespace(centre_id=CENTRE, name=name, name_en="")


OUTLETS: dict[UUID, SimpleNamespace] = {JINGAN: _outlet("静安"), XUHUI: _outlet("徐汇"), TWIN: _outlet("徐汇")}
MODELS = {GTIN: Model(id=uuid4(), line_code="television", gtin=GTIN, name="电视", name_en="TV")}
TERMS = Terms(Outlets(OUTLETS), "静安", "%Y-%m-%d", date(2024, 6, 1))


def read(path: Path, **mapping: object) -> list[Header | Row | RefusedRow]:
    return list(read_rows(path, UnitMapping(**mapping)))  # type: ignore[arg-type]


def judged(folder: Path, line: str, header: str = HEADER) -> Wanted | RefusedRow:
    _, row = read(written(folder, csv_of([line], header)))
    assert not isinstance(row, Header)
    return judge(row, MODELS, TERMS) if isinstance(row, Row) else row


class TestALine:
    def test_that_is_good_is_a_unit(self, tmp_path: Path) -> None:
        found = judged(tmp_path, f"{GTIN[1:]}, abcd efgh jkmn pqrs ,L1,,2024-05-01")
        assert isinstance(found, Wanted)
        assert (found.new.gtin, found.serial, found.new.outlet_id) == (GTIN, "ABCDEFGHJKMNPQRS", JINGAN)
        assert found.said == {"lot": "L1", "sold_on": date(2024, 5, 1)}

    @pytest.mark.parametrize(
        ("line", "fault"),
        [
            (f"{GTIN},S1", Fault.ROW_BROKEN),
            (f'{GTIN},"S1,L1,,', Fault.ROW_BROKEN),
            (f"{GTIN},S1,L1,,,,", Fault.ROW_BROKEN),
            ("06901234567893,S1,,,", Fault.GTIN_INVALID),
            ("6.90E+12,S1,,,", Fault.GTIN_INVALID),
            ("690123456789X,S1,,,", Fault.GTIN_INVALID),
            (",S1,,,", Fault.GTIN_INVALID),
            ("09506000134352,S1,,,", Fault.MODEL_UNKNOWN),
            (f"{GTIN},,,,", Fault.SERIAL_MISSING),
            (f"{GTIN},A B,,,", Fault.SERIAL_INVALID),
            (f"{GTIN},序列号,,,", Fault.SERIAL_INVALID),
            (f"{GTIN},{'S' * 21},,,", Fault.SERIAL_INVALID),
            (f"{GTIN},<b>x</b>;DROP TABLE,,,", Fault.SERIAL_INVALID),
            (f"{GTIN},S1,{'L' * 21},,", Fault.LOT_INVALID),
            (f"{GTIN},S1,,浦东,", Fault.OUTLET_UNKNOWN),
            (f"{GTIN},S1,,019a0000-0000-7000-8000-00000000000f,", Fault.OUTLET_UNKNOWN),
            (f"{GTIN},S1,,徐汇,", Fault.OUTLET_AMBIGUOUS),
            (f"{GTIN},S1,,,2024-02-30", Fault.DAY_UNREADABLE),
            (f"{GTIN},S1,,,01.05.2024", Fault.DAY_UNREADABLE),
            (f"{GTIN},S1,,,20240501", Fault.DAY_UNREADABLE),
            (f"{GTIN},S1,,,2024-06-02", Fault.DAY_IN_FUTURE),
            (f"{GTIN},S1,,,1066-10-14", Fault.TIME_OUT_OF_RANGE),
            (f"{GTIN},=1+1,,,", Fault.FORMULA),
            (f'{GTIN},S1,"=HYPERLINK(""http://x"")",,', Fault.FORMULA),
            (f"{GTIN},S1,@x,,", Fault.FORMULA),
            (f"{GTIN},-1,,,", Fault.FORMULA),
            (f"+{GTIN},S1,,,", Fault.FORMULA),
            (f"{GTIN},S\x001,,,", Fault.TEXT_FORBIDDEN_CHARACTER),
            (f"{GTIN},S1,,静\u202e安,", Fault.TEXT_FORBIDDEN_CHARACTER),
            (f"{GTIN},S1,,{'长' * 121},", Fault.TOO_LONG),
        ],
    )
    def test_that_is_bad_says_so_with_its_number(self, tmp_path: Path, line: str, fault: Fault) -> None:
        found = judged(tmp_path, line)
        assert isinstance(found, RefusedRow)
        assert (found.line, found.fault) == (2, fault), found.detail

    def test_with_days_that_contradict_or_a_strange_proof(self, tmp_path: Path) -> None:
        header = "gtin,serial,manufactured_on,sold_on,proof"
        for line, fault in (
            (f"{GTIN},S1,2024-05-02,2024-05-01,", Fault.DAYS_CONTRADICT),
            (f"{GTIN},S1,,,rumoured", Fault.PROOF_UNKNOWN),
        ):
            found = judged(tmp_path, line, header)
            assert isinstance(found, RefusedRow)
            assert found.fault is fault
        found = judged(tmp_path, f"{GTIN},S1,2024-05-01,2024-05-01,missing", header)
        assert isinstance(found, Wanted)
        assert found.new.proof == "missing"

    def test_that_breaks_spoils_no_other(self, tmp_path: Path) -> None:
        _, *rows = read(written(tmp_path, csv_of([f'{GTIN},"S1,L1,,', "", *units(1)])))
        assert [type(row) for row in rows] == [RefusedRow, Row]
        assert rows[1].line == 4  # type: ignore[union-attr]


class TestAFile:
    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "gbk"])
    def test_is_read_in_the_encoding_that_was_named(self, tmp_path: Path, encoding: str) -> None:
        path = written(tmp_path, csv_of(units(1, "静安")).encode(encoding))
        named = {"utf-8-sig": "utf-8", "gbk": "gb18030"}.get(encoding, encoding)
        _, row = read(path, encoding=named)
        assert isinstance(row, Row)
        assert row.cells["outlet"] == "静安"

    @pytest.mark.parametrize(
        ("content", "mapping", "fault", "word"),
        [
            (csv_of(units(3, "静安")).encode("utf-16"), {}, Fault.ENCODING_WRONG, "utf-16"),
            (csv_of(units(3, "静安")).encode("gbk"), {}, Fault.ENCODING_WRONG, "gb18030"),
            (csv_of(units(3, "静安")).encode("utf-8-sig"), {"encoding": "gb18030"}, Fault.ENCODING_WRONG, "utf-8"),
            (b"", {}, Fault.FILE_EMPTY, "header"),
            (b"\r\n\r\n", {}, Fault.FILE_EMPTY, "header"),
            (csv_of([], "gtin;serial"), {}, Fault.COLUMNS_WRONG, "separates"),
            (csv_of([], "gtin,sold_on"), {}, Fault.COLUMNS_WRONG, "serial"),
            (csv_of([], "gtin,serial,serial"), {}, Fault.COLUMNS_WRONG, "Several"),
            (csv_of([], "gtin,serial"), {"columns": {"lot": "批次"}}, Fault.COLUMNS_WRONG, "批次"),
            (csv_of([], 'gtin,"serial'), {}, Fault.COLUMNS_WRONG, "no CSV"),
            (b"gtin,serial\n" + b"x" * 70_000, {}, Fault.LINE_TOO_LONG, "Line 2"),
            (gzip.compress(csv_of(units(3)).encode(), mtime=0)[:-9], {}, Fault.FILE_UNREADABLE, ""),
        ],
    )
    async def test_of_which_nothing_can_be_taken_says_why(
        self, tmp_path: Path, content: str | bytes, mapping: dict[str, object], fault: Fault, word: str
    ) -> None:
        with pytest.raises(ImportRefused) as refused:
            await survey(written(tmp_path, content), UnitMapping(**mapping))  # type: ignore[arg-type]
        assert refused.value.fault is fault
        assert word in refused.value.detail

    async def test_may_be_gzipped_and_have_other_columns_and_days(self, tmp_path: Path) -> None:
        content = gzip.compress(csv_of([f"x;{GTIN};S1;1.5.2024"], "备注;商品条码;序列号;售出").encode())
        mapping = UnitMapping(
            columns={"gtin": "商品条码", "serial": "序列号", "sold_on": "售出"}, delimiter=";", day_format="%d.%m.%Y"
        )
        found: Survey = await survey(written(tmp_path, content), mapping)
        assert (found.lines, found.header.ignored) == (1, ("备注",))

    def test_has_a_meaning_for_every_fault_in_both_languages(self) -> None:
        assert set(MEANING) == set(Fault)


class TestSerialsThatOccurTwice:
    def test_are_met_at_their_first_line_only_once_each(self) -> None:
        repeats = Repeats()
        named = ["A", "B", "A", "C", "A", "B"]
        for line, serial in enumerate(named, 2):
            repeats.note(line, GTIN, serial)
        repeats.settle()
        met = [repeats.earlier(line, GTIN, serial) for line, serial in enumerate(named, 2)]
        assert met == [None, None, 2, None, 2, 3]

    def test_are_none_in_an_empty_file(self) -> None:
        repeats = Repeats()
        repeats.settle()
        assert repeats.earlier(2, GTIN, "A") is None


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_run_stands_after_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("S=1") == "S=1"
