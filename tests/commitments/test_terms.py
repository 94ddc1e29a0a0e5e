"""Policies and calendars in a TOML file, and the cases that are quoted by them."""

import csv
import gzip
import io
from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from server import cli
from server.commitments.casebook import CasesRefused, quote, quote_file
from server.commitments.rules.policy import ByEndOfDay, InDays, Within
from server.commitments.rules.terms import Terms, TermsRefused, read_terms
from server.platform.files import Unreadable

TERMS = """
zone = "Asia/Shanghai"

[calendars.office]
weekly = { mon-fri = [["08:00", "12:00"], ["13:00", "17:30"]], sat = [["09:00", "12:00"]] }
closed = [2026-10-01, 2026-10-02]
extra = { 2026-10-10 = [["08:00", "17:30"]] }

[calendars.boston]
zone = "America/New_York"
weekly = { mon-fri = [["08:00", "17:00"]] }

[[policies]]
code = "everything"
respond_within = "24h"

[[policies]]
code = "repair"
calendar = "office"
job_type = "repair"
respond_within = "4h"
resolve_by_day = 2

[[policies]]
code = "pothole"
calendar = "boston"
job_type = "pothole"
effective_from = 2011-01-01
resolve_within = "1d 3h"
"""

IN_CLOSED_HOURS = """
[calendars.b]
weekly = { mon = [["08:00", "09:00"]] }

[[policies]]
code = "a"
calendar = "b"
resolve_in_days = 2
carried_to = "09:00"
"""


@pytest.fixture(scope="module")
def terms() -> Terms:
    return read_terms(TERMS)


def quoted(terms: Terms, **given: str) -> list[dict[str, str]]:
    return [line._asdict() for line in quote(terms, [{"case": "1", **given}])]


class TestTerms:
    def test_say_what_they_say(self, terms: Terms) -> None:
        everything, repair, pothole = terms.policies
        assert (everything.calendar_id, everything.respond, everything.resolve) == ("247", Within(timedelta(1)), None)
        assert (repair.respond, repair.resolve) == (Within(timedelta(hours=4)), ByEndOfDay(2))
        assert pothole.resolve == Within(timedelta(hours=27))
        office = terms.calendars["office"]
        assert [len(office.spans_of(date(2026, 9, day))) for day in range(21, 28)] == [2, 2, 2, 2, 2, 1, 0]
        assert office.spans_of(date(2026, 10, 1)) == ()
        assert office.spans_of(date(2026, 10, 10)) == ((480, 1050),)
        assert terms.calendars["boston"].zone == "America/New_York"

    def test_may_leave_the_holidays_to_the_library(self) -> None:
        made = read_terms(
            'zone = "Asia/Shanghai"\n[calendars.office]\nholidays_of = "CN"\nmake_up = [["09:00", "12:00"]]\n'
            'weekly = { mon-fri = [["08:00", "17:30"]] }\nextra = { 2026-02-28 = [["10:00", "11:00"]] }'
        ).calendars["office"]
        assert made.spans_of(date(2026, 2, 17)) == ()
        assert made.spans_of(date(2026, 2, 14)) == ((540, 720),)
        assert made.spans_of(date(2026, 2, 28)) == ((600, 660),)

    def test_may_keep_the_clock_time(self) -> None:
        two = '[[policies]]\ncode = "a"\nresolve_in_days = 2\ncarried_to = "08:30"\nrespond_in_days = 1'
        (made,) = read_terms(two).policies
        assert (made.respond, made.resolve) == (InDays(1, time(8, 30)), InDays(2, time(8, 30)))

    @pytest.mark.parametrize(
        ("text", "code", "where"),
        [
            ("zone = ", "terms_unreadable", "the file"),
            ('zone = "Mars/Olympus"', "calendar_zone_unknown", "zone"),
            ("policy = 1", "terms_unknown_key", "the file"),
            ("policies = 1", "terms_unreadable", "policies"),
            ("[calendars.a]\nweekly = { mun = [] }", "calendar_weekday_unknown", "calendars.a"),
            ("[calendars.a]\nweekly = { mon-fry = [] }", "calendar_weekday_unknown", "calendars.a"),
            ('[calendars.a]\nweekly = { mon = [["8", "9"]] }', "calendar_window_unreadable", "calendars.a"),
            (
                '[calendars.a]\nweekly = { mon = [["08:00", "12:00"], ["11:00", "13:00"]] }',
                "calendar_windows_overlap",
                "",
            ),
            ("[calendars.a]\nclosed = [2026-01-01]", "calendar_never_open", "calendars.a"),
            ('[calendars.a]\nweekly = "always"', "terms_unreadable", "calendars.a.weekly"),
            ('[[policies]]\ncode = "a"\ncalendar = "b"', "calendar_unknown", "policy a"),
            ('[[policies]]\ncode = "a"', "policy_promises_nothing", "policy a"),
            ('[[policies]]\ncode = "a"\nrespond_within = "soon"', "promise_unreadable", "policy a"),
            ('[[policies]]\ncode = "a"\nrespond_within = ""', "promise_unreadable", "policy a"),
            ('[[policies]]\ncode = "a"\nrespond_within = "-4h"', "promise_unreadable", "policy a"),
            ('[[policies]]\ncode = "a"\nrespond_within = "9999999999h"', "promise_unreadable", "policy a"),
            ('[[policies]]\ncode = "a"\nrespond_within = "0h"', "policy_promise_not_positive", "policy a"),
            ('[[policies]]\ncode = "a"\nrespond_within = "99999h"', "policy_promise_too_long", "policy a"),
            ('[[policies]]\ncode = "a"\nrespond_within = "4h"\nrespond_by_day = 1', "promise_unreadable", "policy a"),
            ('[[policies]]\ncode = "a"\nresolve_by_day = "1"', "promise_unreadable", "policy a"),
            ('[[policies]]\nrespond_within = "4h"', "terms_unreadable", "policy 1.code"),
            ('[[policies]]\ncode = "a"\nrespond_within = "4h"\nrank = "first"', "terms_unreadable", "policy a.rank"),
            ('[[policies]]\ncode = "a"\nrespond_within = "4h"\neffective_from = 7', "terms_unreadable", "policy a"),
            ('[[policies]]\ncode = "a"\nresolve_in_days = 0', "policy_promise_not_positive", "policy a"),
            ('[[policies]]\ncode = "a"\nresolve_in_days = 99999', "policy_promise_too_long", "policy a"),
            ('[[policies]]\ncode = "a"\nresolve_in_days = 2\nresolve_by_day = 2', "promise_unreadable", "policy a"),
            ('[[policies]]\ncode = "a"\nresolve_in_days = 2\ncarried_to = "8"', "promise_unreadable", "policy a"),
            (
                '[[policies]]\ncode = "a"\nresolve_by_day = 2\ncarried_to = "08:00"',
                "promise_unreadable",
                "policy a.car",
            ),
            (IN_CLOSED_HOURS, "promise_unreadable", "policy a.carried_to"),
            (
                '[calendars.a]\nholidays_of = "XX"\nweekly = { mon = [["08:00", "09:00"]] }',
                "calendar_country_unknown",
                "",
            ),
            ("[calendars.a]\nholidays_of = 1", "terms_unreadable", "calendars.a.holidays_of"),
            ('encoding = "latin-99"', "terms_unreadable", "encoding"),
            (2 * '[[policies]]\ncode = "a"\nrespond_within = "4h"\n', "policy_twice", "policy a"),
            ('[columns]\nnickname = "x"', "terms_unknown_key", "columns"),
        ],
    )
    def test_that_mean_nothing_are_refused_with_their_place(self, text: str, code: str, where: str) -> None:
        with pytest.raises(TermsRefused) as refused:
            read_terms(text)
        assert refused.value.refusal.code == code
        assert refused.value.where.startswith(where)
        assert refused.value.refusal.said.zh


class TestACase:
    def test_is_promised_what_the_most_specific_policy_says(self, terms: Terms) -> None:
        assert [(q["policy"], q["promise"]) for q in quoted(terms, opened="2026-09-21T09:00", job_type="install")] == [
            ("everything", "response")
        ]
        lines = quoted(terms, opened="2026-09-21T11:00", job_type="repair")
        assert [(q["policy"], q["promise"], q["due"]) for q in lines] == [
            ("repair", "response", "2026-09-21T16:00:00+08:00"),
            ("repair", "resolution", "2026-09-23T17:30:00+08:00"),
        ]
        assert (lines[0]["elapsed_seconds"], lines[0]["working_seconds"]) == ("18000", "14400")

    def test_is_judged_by_its_stops_to_the_instant(self, terms: Terms) -> None:
        kept = quoted(
            terms, opened="2026-09-21 11:00", arrived="2026-09-21 16:00", closed="2026-09-23T09:30:01Z", policy="repair"
        )
        assert [q["state"] for q in kept] == ["met", "missed"]
        assert [(q["taken_seconds"], q["taken_working_seconds"]) for q in kept] == [
            (str(5 * 3600), str(4 * 3600)),
            (str(54 * 3600 + 1801), str(int(22.5 * 3600))),
        ]
        still = quoted(terms, opened="2026-09-21 11:00", policy="repair")
        assert [(q["state"], q["taken_seconds"]) for q in still] == [("", ""), ("", "")]

    def test_reads_wall_times_in_the_zone_of_the_file_and_answers_in_the_calendars(self, terms: Terms) -> None:
        (line,) = quoted(terms, opened="2011-07-01 20:00", job_type="pothole")  # 08:00 of a Friday in Boston
        assert line["due"] == "2011-07-05T17:00:00-04:00"
        assert line["working_seconds"] == str(27 * 3600)

    @pytest.mark.parametrize(
        ("given", "problem"),
        [
            ({"opened": ""}, "opened_unreadable"),
            ({"opened": "yesterday"}, "opened_unreadable"),
            ({"opened": "2026-09-21", "closed": "?"}, "closed_unreadable"),
            ({"opened": "2026-09-21", "arrived": "25:00"}, "arrived_unreadable"),
            ({"opened": "2026-09-21", "policy": "gold"}, "policy_unknown"),
            ({"opened": "1850-01-01"}, "no_policy"),
            ({"opened": "9999-12-31", "policy": "repair"}, "out_of_reach"),
        ],
    )
    def test_that_cannot_be_quoted_is_told_why(self, terms: Terms, given: Mapping[str, str], problem: str) -> None:
        assert [q["problem"] for q in quoted(terms, **given)] == [problem]


class TestAFile:
    def test_is_answered_line_by_line_by_the_command(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "terms.toml").write_text(TERMS + '\n[columns]\nopened = "open_dt"\n', "utf-8")
        with gzip.open(tmp_path / "cases.csv.gz", "wt", encoding="utf-8") as file:
            file.write("case,open_dt,job_type,else\n1,2026-09-21 11:00,repair,x\n2,never,repair,x\n")
        words = ["quote", str(tmp_path / "cases.csv.gz"), "--terms", str(tmp_path / "terms.toml")]
        assert cli.main(words) == 0
        said = capsys.readouterr()
        assert [line["problem"] for line in csv.DictReader(io.StringIO(said.out))] == ["", "", "opened_unreadable"]
        assert said.err.startswith("2 open, 1 opened_unreadable; ")
        assert cli.main([*words, "--output", str(tmp_path / "answer.csv")]) == 0
        assert (tmp_path / "answer.csv").read_text("utf-8") == said.out

    def test_of_something_else_is_refused(self, terms: Terms, tmp_path: Path) -> None:
        cases = tmp_path / "cases.csv"
        with pytest.raises(Unreadable):
            quote_file(terms, cases, io.StringIO())
        for content in (b"", b"case,when\n1,2\n", b'case,opened\n"1,2\n', b"case,opened\n\xff,2\n"):
            cases.write_bytes(content)
            with pytest.raises(CasesRefused):
                quote_file(terms, cases, io.StringIO())
        cases.write_bytes(b"case,opened\n1\n")
        answer = io.StringIO()
        assert quote_file(terms, cases, answer) == {"opened_unreadable": 1}

    @pytest.mark.parametrize("fault", ["cases", "terms", "output", "toml"])
    def test_that_is_not_there_is_a_sentence(
        self, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "terms.toml").write_text("zone = 1" if fault == "toml" else TERMS, "utf-8")
        (tmp_path / "cases.csv").write_text("case,opened\n", "utf-8")
        cases = tmp_path / ("no.csv" if fault == "cases" else "cases.csv")
        terms = tmp_path / ("no.toml" if fault == "terms" else "terms.toml")
        words = ["quote", str(cases), "--terms", str(terms)]
        words += ["--output", str(tmp_path / "no" / "answer.csv")] if fault == "output" else []
        assert cli.main(words) != 0
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "Traceback" not in said
