"""Files of cases as programs and spreadsheets write them, and what is answered."""

import csv
import gzip
import io
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from server import cli
from server.commitments.casebook import CasesRefused, compare_file, quote, quote_file
from server.commitments.explaining import KINDS, Comparison, kind_of
from server.commitments.rules.terms import Terms, read_terms

TERMS = """
zone = "Asia/Shanghai"

[calendars.office]
weekly = { mon-fri = [["08:30", "17:30"]] }

[[policies]]
code = "both"
calendar = "office"
respond_within = "4h"
resolve_in_days = 2

[[policies]]
code = "response"
calendar = "office"
job_type = "visit"
respond_within = "1h"
"""
BOSTON_TERMS = Path(__file__).parents[2] / "scripts/mappings/boston311_policies.toml"


@pytest.fixture(scope="module")
def terms() -> Terms:
    return read_terms(TERMS)


def answered(terms: Terms, tmp_path: Path, content: bytes) -> list[dict[str, str]]:
    (tmp_path / "cases.csv").write_bytes(content)
    answer = io.StringIO()
    quote_file(terms, tmp_path / "cases.csv", answer)
    return list(csv.DictReader(io.StringIO(answer.getvalue())))


def refused(terms: Terms, tmp_path: Path, content: bytes) -> str:
    with pytest.raises(CasesRefused) as fault:
        answered(terms, tmp_path, content)
    assert str(fault.value).startswith("cases.csv")
    assert str(fault.value).endswith(f"({fault.value.code})")
    return fault.value.code


PLAIN = "case,opened,job_type\n工单一,2026-03-02 09:00,visit\n"


class TestAFileAsSpreadsheetsWriteIt:
    @pytest.mark.parametrize(
        "content",
        [
            PLAIN.encode("utf-8"),
            PLAIN.encode("utf-8-sig"),
            PLAIN.encode("utf-16"),
            PLAIN.replace(",", "\t").encode("utf-16"),
            PLAIN.replace(",", ";").encode("utf-8-sig"),
            PLAIN.replace("\n", "\r\n").encode(),
            PLAIN.replace("\n", "\r").encode(),
            gzip.compress(PLAIN.encode(), mtime=0),
            ("\n" + PLAIN + "\n\n,,\n").encode(),
            b'"case";"opened";"job_type"\n"\xe5\xb7\xa5\xe5\x8d\x95\xe4\xb8\x80";"2026/3/2 9:00";"visit"\n',
            PLAIN.replace("visit\n", "visit,,,\n").encode(),
        ],
    )
    def test_is_read_as_it_is(self, terms: Terms, tmp_path: Path, content: bytes) -> None:
        (line,) = answered(terms, tmp_path, content)
        assert (line["case"], line["due"]) == ("工单一", "2026-03-02T10:00:00+08:00")

    def test_in_another_encoding_needs_its_name_in_the_terms(self, terms: Terms, tmp_path: Path) -> None:
        chinese = PLAIN.encode("gb18030")
        assert refused(terms, tmp_path, chinese) == "cases_encoding"
        (line,) = answered(read_terms('encoding = "gb18030"\n' + TERMS), tmp_path, chinese)
        assert line["case"] == "工单一"

    @pytest.mark.parametrize(
        ("text", "due"),
        [
            ("2026/3/2 9:05", "10:05:00"),
            ("2026/03/02 09:05:07", "10:05:07"),
            ("2026.3.2 9:05", "10:05:00"),
            ("2026-03-02 9:05", "10:05:00"),
            ("2026-03-02T01:05Z", "10:05:00"),
            ("2026/3/2", "09:30:00"),
        ],
    )
    def test_instants_begin_with_the_year(self, terms: Terms, text: str, due: str) -> None:
        (line,) = quote(terms, [{"case": "1", "opened": text, "policy": "response"}])
        assert line.due == f"2026-03-02T{due}+08:00"

    @pytest.mark.parametrize(
        "text", ["3/2/2026 9:05", "2.3.2026", "46083.4", "2026/2/30", "2026/3/2 25:00", "٢٠٢٦/3/2"]
    )
    def test_others_are_not_guessed(self, terms: Terms, text: str) -> None:
        assert [q.problem for q in quote(terms, [{"case": "1", "opened": text}])] == ["opened_unreadable"]


class TestAFileThatIsBroken:
    @pytest.mark.parametrize(
        ("code", "content"),
        [
            ("cases_empty", b""),
            ("cases_empty", b"\n \n"),
            ("cases_no_column", b"case,when\n1,2\n"),
            ("cases_no_column", b"PK\x03\x04 a workbook"),
            ("cases_column_twice", b"case,opened,opened\n1,2,3\n"),
            ("cases_broken", b'case,opened\n"1,2\n'),
            ("cases_encoding", b"case,opened\n\xff,2\n"),
        ],
    )
    def test_is_refused_with_a_code_and_a_sentence(
        self, terms: Terms, tmp_path: Path, code: str, content: bytes
    ) -> None:
        assert refused(terms, tmp_path, content) == code

    def test_in_one_row_does_not_stop_the_others(self, terms: Terms, tmp_path: Path) -> None:
        rows = b"case,opened,job_type\n1,2026-03-02 09:00,visit,or two\n2\n3,2026-03-02 09:00,visit\n"
        assert [(q["line"], q["case"], q["problem"]) for q in answered(terms, tmp_path, rows)] == [
            ("2", "1", "row_broken"),
            ("3", "2", "opened_unreadable"),
            ("4", "3", ""),
        ]

    def test_tells_its_line(self, terms: Terms, tmp_path: Path) -> None:
        with pytest.raises(CasesRefused, match="line 4"):
            answered(terms, tmp_path, b'case,opened,job_type\n1,2026-03-02,a\n2,2026-03-02,a\n3,"2026-03-02"x,a\n')

    def test_leaves_an_earlier_answer_as_it_was(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "terms.toml").write_text(TERMS, "utf-8")
        (tmp_path / "cases.csv").write_bytes(PLAIN.encode() + b'1,"2\n')
        (tmp_path / "answer.csv").write_text("earlier", "utf-8")
        words = ["quote", str(tmp_path / "cases.csv"), "--terms", str(tmp_path / "terms.toml")]
        assert cli.main([*words, "--output", str(tmp_path / "answer.csv")]) != 0
        assert "line 3" in capsys.readouterr().err
        assert (tmp_path / "answer.csv").read_text("utf-8") == "earlier"
        assert len(list(tmp_path.iterdir())) == 3

    def test_formulas_are_not_handed_on_to_a_spreadsheet(self, terms: Terms, tmp_path: Path) -> None:
        rows = b"case,opened\n=cmd|' /C calc'!A0,\n@SUM(A1),\n-12,\n+86 555 0100,\n"
        assert [q["case"] for q in answered(terms, tmp_path, rows)] == [
            "'=cmd|' /C calc'!A0",
            "'@SUM(A1)",
            "-12",
            "'+86 555 0100",
        ]


class TestWhatWasPromisedOnRecord:
    def given(self, **known: str) -> Mapping[str, str]:
        return {"case": "1", "opened": "2026-03-02 09:00", **known}

    def test_is_compared_with_the_resolution_or_else_with_the_response(self, terms: Terms) -> None:
        response, resolution = quote(terms, [self.given(promised="2026-03-04 09:00")])
        assert (response.recorded, resolution.recorded, resolution.difference_seconds) == ("", "same", "0")
        (only,) = quote(terms, [self.given(promised="2026-03-02 09:59:58.5", policy="response")])
        assert (only.recorded, only.difference_seconds) == ("differs", "-1.500000")

    def test_that_cannot_be_read_is_a_problem(self, terms: Terms) -> None:
        assert [q.problem for q in quote(terms, [self.given(promised="soon")])] == ["promised_unreadable"]

    @pytest.mark.parametrize(
        ("seconds", "kind"),
        [
            (0, "to the second"),
            (0.9, "to the second"),
            (-0.9, "to the second"),
            (-1, "1 s early"),
            (-5, "2-5 s early"),
            (-60, "6-60 s early"),
            (-61, "to 1 h early"),
            (-3600, "to 1 h early"),
            (-3601, "more early"),
            (1, "late"),
        ],
    )
    def test_differs_in_one_way_only(self, seconds: float, kind: str) -> None:
        assert kind_of(timedelta(seconds=seconds)) == kind
        assert kind in KINDS

    def test_is_counted_by_policy_and_told_in_a_table(self) -> None:
        compared = Comparison()
        for policy, seconds in (("a", 0), ("a", -1), ("b", 0), ("a", -7200)):
            compared.add(policy, timedelta(seconds=seconds))
        header, _, first, second, whole = (
            [cell.strip() for cell in line.split("|")[1:-1]] for line in compared.lines()
        )
        assert dict(zip(header, first, strict=True)) == {
            "policy": "a",
            "cases": "3",
            "to the second": "33.3",
            "1 s early": "33.3",
            "2-5 s early": "-",
            "6-60 s early": "-",
            "to 1 h early": "-",
            "more early": "33.3",
            "late": "-",
            "explained": "66.7",
        }
        assert (second[0], whole[:3]) == ("b", ["all", "4", "50.0"])

    def test_cannot_be_compared_where_no_column_tells(self, terms: Terms, tmp_path: Path) -> None:
        (tmp_path / "cases.csv").write_text(PLAIN, "utf-8")
        with pytest.raises(CasesRefused, match="no column promised"):
            compare_file(terms, tmp_path / "cases.csv")
        (tmp_path / "cases.csv").write_text("case,opened,promised\n", "utf-8")
        assert list(compare_file(terms, tmp_path / "cases.csv").lines()) == []

    def test_is_told_by_the_command(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        rows = "case_enquiry_id,open_dt,target_dt,closed_dt,type\n" + "".join(
            f"{n},2011-07-05 10:00:0{n},2011-07-06 10:00:00,,Tree Emergencies\n" for n in range(4)
        )
        (tmp_path / "requests.csv").write_text(rows + "9,2011-07-05 10:00:00,,,Tree Emergencies\n", "utf-8")
        words = ["quote", str(tmp_path / "requests.csv"), "--terms", str(BOSTON_TERMS), "--compare"]
        assert cli.main(words) == 0
        shares = [[cell.strip() for cell in line.split("|")[2:6]] for line in capsys.readouterr().out.splitlines()]
        assert shares[2:] == [["4", "25.0", "25.0", "50.0"]] * 2


class TestTheTargetsOfBoston:
    """Real requests of July to September 2011, each with the target on record, as `boston311_policies.toml` reckons."""

    @pytest.mark.parametrize(
        ("kind", "opened", "target"),
        [
            ("Schedule a Bulk Item Pickup", "2011-07-01 02:18:31", "2011-07-05 02:18:31"),  # over 4 July
            ("Schedule a Bulk Item Pickup", "2011-07-09 10:00:00", "2011-07-13 10:00:00"),  # a Saturday
            ("Schedule a Bulk Item Pickup", "2011-07-09 18:00:00", "2011-07-14 08:30:00"),
            ("Tree Emergencies", "2011-08-28 16:59:59", "2011-08-30 16:59:59"),
            ("Tree Emergencies", "2011-08-28 17:00:01", "2011-08-31 08:30:00"),
            ("Street Light Outages", "2011-07-15 12:00:00", "2011-07-29 12:00:00"),
            ("Unsatisfactory Living Conditions", "2011-07-20 11:00:00", "2011-11-17 11:00:00"),  # summer time ended
            ("Tree Maintenance Requests", "2011-07-12 14:45:25", "2013-01-07 14:45:25"),
        ],
    )
    def test_are_reproduced(self, kind: str, opened: str, target: str) -> None:
        terms = read_terms(BOSTON_TERMS.read_text("utf-8"))
        (line,) = quote(terms, [{"case": "1", "job_type": kind, "opened": opened, "promised": target}])
        assert line.recorded == "same"
