"""Calendars as headquarters and centres keep them: versions, holidays, and promises made before an edit."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.commitments.rules import public_holidays
from tests.commitments.conftest import OFFICE, WEEK, Desks, instant

SHANGHAI = ZoneInfo("Asia/Shanghai")


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestACalendarWithTheCountrysHolidays:
    SPRING_AND_AUTUMN = (
        ("2026-02-13 17:00", "2026-02-14 09:00"),  # a Friday; the Saturday after it is worked for Spring Festival
        ("2026-02-14 17:00", "2026-02-24 09:00"),  # 15 February, a Sunday, to 23 February
        ("2026-09-20 17:00", "2026-09-21 09:00"),  # a Sunday worked for National Day
        ("2026-09-30 17:00", "2026-10-08 09:00"),
    )

    async def test_works_its_swapped_weekends(self, desks: Desks) -> None:
        calendar = await desks.calendar(holidays_of="CN")
        await desks.policy(calendar_id=calendar["id"], respond_seconds=3600, effective_from="2020-01-01T00:00:00Z")
        for opened, due in self.SPRING_AND_AUTUMN:
            at = datetime.fromisoformat(opened).replace(tzinfo=SHANGHAI)
            bound = await desks.binding(opened_at=at.isoformat())
            assert instant(bound["respond_by"]) == datetime.fromisoformat(due).replace(tzinfo=SHANGHAI)

    async def test_follows_the_administrators_dates_first(self, desks: Desks) -> None:
        dates: dict[str, Any] = {"closed": ["2026-02-14"], "extra": {"2026-02-17": [["10:00", "12:00"]]}}
        calendar = await desks.calendar(holidays_of="CN", **dates)
        await desks.policy(calendar_id=calendar["id"], respond_seconds=3600, effective_from="2020-01-01T00:00:00Z")
        bound = await desks.binding(opened_at="2026-02-13T17:00:00+08:00")
        assert instant(bound["respond_by"]) == instant("2026-02-17T10:30:00+08:00")

    async def test_says_which_years_the_library_does_not_know(self, desks: Desks) -> None:
        year = datetime.now(UTC).year
        told = (await desks.calendar(holidays_of="CN"))["unknown_years"]
        known = [
            one
            for one in range(year, year + 3)
            if (await desks.hq.get("/commitments/holidays", country="CN", year=one)).json()["known"]
        ]
        assert sorted(told + known) == list(range(year, year + 3))
        assert (await desks.calendar(holidays_of="DE"))["unknown_years"] == []

    async def test_says_so_of_a_deadline_too(self, desks: Desks) -> None:
        calendar = await desks.calendar(holidays_of="CN")
        await desks.policy(calendar_id=calendar["id"], respond_seconds=3600, effective_from="2020-01-01T00:00:00Z")
        assert (await desks.binding(opened_at="2026-02-13T17:00:00+08:00"))["unknown_years"] == []
        last = max(y for y in range(2026, 2036) if public_holidays.known("CN", y))
        new_years_eve = f"{last}-12-31T23:00:00+08:00"
        assert (await desks.binding(opened_at=new_years_eve))["unknown_years"] == [last + 1]

    async def test_whose_year_can_be_looked_at(self, desks: Desks) -> None:
        year = (await desks.hq.get("/commitments/holidays", country="CN", year=2026)).json()
        assert year["known"] is True
        assert year["make_up"] == ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
        assert {"day": "2026-10-01", "name": "国庆节", "name_en": "National Day"} in year["closed"]
        unknown = await desks.hq.get("/commitments/holidays", country="XX", year=2026)
        assert code_of(unknown) == (422, "calendar_country_unknown")


class TestACalendarThatIsEdited:
    async def test_counts_for_jobs_raised_from_then_on(self, desks: Desks) -> None:
        first = await desks.calendar(code="office")
        await desks.policy(calendar_id=first["id"], respond_seconds=1, effective_from="2020-01-01T00:00:00Z")
        begins = datetime.now(UTC) + timedelta(days=7)
        night = {str(day): [["20:00", "21:00"]] for day in range(7)}
        second = await desks.calendar(code="office", weekly=night, effective_from=begins.isoformat())
        assert (second["version"], second["code"]) == (2, "office")
        before, after = (begins + timedelta(days=days) for days in (-2, 2))
        assert (await desks.binding(opened_at=before.isoformat()))["calendar_id"] == first["id"]
        bound = await desks.binding(opened_at=after.isoformat())
        assert bound["calendar_id"] == second["id"]
        assert instant(bound["respond_by"]).astimezone(SHANGHAI).hour == 20

    async def test_leaves_a_promise_on_the_version_it_was_made_on(self, desks: Desks) -> None:
        first = await desks.calendar(code="office")
        await desks.policy(calendar_id=first["id"], respond_seconds=3600)
        job = await desks.firm.job(desks.desk)
        await desks.calendar(code="office", weekly={"0": [["09:00", "10:00"]]})
        again = (await desks.desk.get(f"/jobs/{job['id']}")).json()
        assert again["respond_by"] == job["respond_by"]
        assert (await desks.hq.get(f"/commitments/calendars/{first['id']}")).json()["weekly"] == WEEK

    async def test_counts_the_pauses_of_a_running_promise_on_its_own_version_too(self, desks: Desks) -> None:
        always = {str(day): [["00:00", "24:00"]] for day in range(7)}
        first = await desks.calendar(code="office", weekly=always)
        await desks.policy(calendar_id=first["id"], respond_seconds=100 * 3600, effective_from="2020-01-01T00:00:00Z")
        now = datetime.now(UTC)
        opened, held, resumed = (now - timedelta(hours=hours) for hours in (10, 3, 1))
        job = await desks.firm.job(desks.desk, opened_at=opened.isoformat())
        await desks.calendar(code="office", weekly={"0": [["09:00", "17:00"]]})
        path = f"/jobs/{job['id']}"
        await desks.desk.post(f"{path}/hold", {"cause": "no_access", "since": held.isoformat()})
        paused = await desks.desk.post(f"{path}/resume", {"at": resumed.isoformat()})
        assert paused.status_code == 200, paused.text
        assert instant(paused.json()["respond_by"]) == opened + timedelta(hours=102)
        urgent = await desks.desk.patch(path, {"base_version": paused.json()["version"], "priority": 1})
        assert instant(urgent.json()["respond_by"]) == opened + timedelta(hours=102)

    async def test_is_never_edited_in_the_past(self, desks: Desks) -> None:
        await desks.calendar(code="office")
        for at in ("2026-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
            asked = {"code": "office", "name": "x", "weekly": WEEK, "effective_from": at}
            assert code_of(await desks.hq.post("/commitments/calendars", asked)) == (400, "time_out_of_range")

    async def test_never_leaves_a_promise_without_end(self, desks: Desks) -> None:
        office = await desks.calendar(code="office")
        await desks.policy(calendar_id=office["id"], respond_seconds=100 * 3600)
        asked = {"code": "office", "name": "x", "weekly": {"0": [["09:00", "09:01"]]}}
        answer = await desks.hq.post("/commitments/calendars", asked)
        assert code_of(answer) == (422, "policy_promise_too_long")
        assert answer.json()["extra"]["policy"] == "repair_4h"

    async def test_stays_as_headquarters_saw_it_when_they_approved(self, desks: Desks) -> None:
        own = await desks.calendar(desks.east, code="east_office")
        made = await desks.policy(desks.east, calendar_id=own["id"])
        assert made["standing"] == "awaiting_approval"
        await desks.hq.post(f"/commitments/policies/{made['id']}/approve")
        asked = {"code": "east_office", "name": "x", "weekly": {"0": OFFICE}}
        answer = await desks.east.post("/commitments/calendars", asked)
        assert code_of(answer) == (409, "calendar_under_approval")
        assert (await desks.hq.post("/commitments/calendars", asked)).json()["centre_id"] == desks.east_id


class TestWhoKeepsCalendars:
    async def test_a_centre_sees_headquarters_and_its_own(self, desks: Desks) -> None:
        of_hq, of_east = await desks.calendar(), await desks.calendar(desks.east)
        for who, seen in ((desks.hq, {of_hq["id"], of_east["id"]}), (desks.west, {of_hq["id"]})):
            listed = {one["id"] for one in (await who.get("/commitments/calendars")).json()}
            assert listed & {of_hq["id"], of_east["id"]} == seen
        assert code_of(await desks.west.get(f"/commitments/calendars/{of_east['id']}")) == (404, "not_found")

    async def test_and_edits_only_its_own(self, desks: Desks) -> None:
        await desks.calendar(code="office")
        asked = {"code": "office", "name": "x", "weekly": WEEK}
        assert code_of(await desks.east.post("/commitments/calendars", asked)) == (409, "calendar_code_taken")
        assert code_of(await desks.desk.post("/commitments/calendars", asked)) == (403, "forbidden")


class TestCalendarsThatAreRefused:
    CODES: tuple[tuple[str, dict[str, Any]], ...] = (
        ("calendar_never_open", {"weekly": {}}),
        ("calendar_never_open", {"weekly": {"0": []}, "extra": {"2026-02-14": OFFICE}}),
        ("calendar_windows_overlap", {"weekly": {"0": [["08:00", "12:00"], ["11:00", "13:00"]]}}),
        ("calendar_windows_overlap", {"weekly": {"0": [["22:00", "06:00"]], "1": [["05:00", "07:00"]]}}),
        ("calendar_windows_overlap", {"extra": {"2026-02-14": [["08:00", "12:00"], ["11:00", "13:00"]]}}),
        ("calendar_windows_overlap", {"make_up": [["08:00", "12:00"], ["11:00", "13:00"]], "holidays_of": "CN"}),
        ("calendar_window_unreadable", {"weekly": {"0": [["8:00", "12:00"]]}}),
        ("calendar_window_unreadable", {"weekly": {"0": [["08:00", "25:00"]]}}),
        ("calendar_country_unknown", {"holidays_of": "XX"}),
        ("calendar_country_unknown", {"holidays_of": "US-XX"}),
        ("calendar_country_unknown", {"holidays_of": "cn"}),
    )
    FORMS: tuple[dict[str, Any], ...] = ({"weekly": {"7": OFFICE}}, {"closed": ["2026-02-30"]}, {"code": "Büro"})

    async def test_with_a_code_of_their_own_or_by_their_form(self, desks: Desks) -> None:
        for code, fields in (*self.CODES, *(("invalid", form) for form in self.FORMS)):
            answer = await desks.hq.post("/commitments/calendars", {"name": "x", "weekly": WEEK} | fields)
            assert code_of(answer) == (400 if code == "invalid" else 422, code), fields

    async def test_an_outlet_in_a_zone_nobody_knows(self, desks: Desks) -> None:
        outlet = {"centre_id": desks.east_id, "name": "x", "lat": 31, "lon": 121, "zone": "Asia/Peking"}
        assert code_of(await desks.hq.post("/outlets", outlet)) == (422, "zone_unknown")
