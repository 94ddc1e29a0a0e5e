"""Recommendations over HTTP on a real database, and what becomes of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.firm import Firm, Person

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DAY = 24 * HOUR
MORNING = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - DAY
"""08:00 in Shanghai on a day that is over, planned anew: nothing here depends on the hour at which the tests run, and
what is promised within 24 hours of now is not yet due."""
THERE = {"lat": 31.2, "lon": 121.4}
"""Where the firm's technicians live: no travel."""


async def working(firm: Firm, *numbers: int, start: timedelta = timedelta(0), hours: float = 9) -> Person:
    """Gives these technicians a shift of that morning; returns the dispatcher."""
    manager = await firm.login("hq")
    shift = {"starts_at": (MORNING + start).isoformat(), "ends_at": (MORNING + start + hours * HOUR).isoformat()}
    for number in numbers:
        path = f"/technicians/{firm.technicians[number]}/shifts"
        assert (await manager.post(path, {"shifts": [shift]})).status_code == 201
    return await firm.login("desk")


async def ask(person: Person, job: dict[str, Any], at: datetime = MORNING, **params: Any) -> Any:
    return await person.get(f"/dispatch/jobs/{job['id']}/recommendations", at=at.isoformat(), **params)


async def asked(person: Person, job: dict[str, Any], at: datetime = MORNING, **params: Any) -> dict[str, Any]:
    answer = await ask(person, job, at, **params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def booked(
    firm: Firm, desk: Person, number: int, at: timedelta, minutes: int = 60, **fields: Any
) -> dict[str, Any]:
    """A job with a visit of that technician, `at` after that morning's beginning."""
    job = await firm.job(desk, **(THERE | fields))
    window = {"starts_at": (MORNING + at).isoformat(), "ends_at": (MORNING + at + minutes * MINUTE).isoformat()}
    answer = await desk.post(f"/jobs/{job['id']}/assign", {"technician_id": firm.technicians[number], **window})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def now(person: Person, job: dict[str, Any]) -> dict[str, Any]:
    return dict((await person.get(f"/jobs/{job['id']}")).json())


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def people(answer: dict[str, Any]) -> list[str]:
    return [each["technician_id"] for each in answer["recommendations"]]


class TestWhoShouldTakeAJob:
    async def test_is_ranked_with_window_travel_cost_and_slack(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        await booked(firm, desk, 0, at=HOUR, lat=31.23, lon=121.47)  # the first is around there anyway
        job = await firm.job(desk)
        answer = await asked(desk, job)
        assert (answer["job_id"], answer["book_with"], answer["possible"]) == (job["id"], "assign", 2)
        assert people(answer) == firm.technicians[:2]
        first, second = answer["recommendations"]
        assert [first["rank"], second["rank"]] == [1, 2]
        assert (first["travel_seconds"], first["delays"]) == (0, [])
        assert second["travel_seconds"] > 0
        assert {term["term"]: term["tier"] for term in second["cost"]}["travel"] == 6
        for each in answer["recommendations"]:
            assert instant(each["ends_at"]) - instant(each["starts_at"]) == HOUR
            slack = instant(job["respond_by"]) - instant(each["starts_at"])
            assert each["slack_seconds"] == slack // timedelta(seconds=1)
        assert (first["position"], second["position"]) == (1, 0)

    async def test_a_sentence_in_both_languages(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        (found,) = (await asked(desk, await firm.job(desk, **THERE)))["recommendations"]
        assert found["sentence"]["zh"].startswith("技师0 08:00 可到达，比承诺")
        assert found["sentence"]["zh"].endswith("；其他上门不受影响。")
        assert found["sentence"]["en"].startswith("技师0 can be there at 08:00, ")
        assert found["sentence"]["en"].endswith("; nobody else is delayed.")

    async def test_everyone_else_is_told_why_not(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        answer = await asked(desk, await firm.job(desk))
        assert people(answer) == firm.technicians[:1]
        assert {each["technician_id"]: each["rule"] for each in answer["why_not"]} == {
            firm.technicians[1]: "no_shift",
            firm.technicians[2]: "no_shift",
        }
        assert answer["counts"] == {"no_shift": 2}
        assert answer["why_not"][0]["sentence"] == {
            "zh": "技师1：没有未结束的班次。",
            "en": "技师1 has no shift ahead.",
        }

    async def test_a_limit_shortens_the_list_and_says_so(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1, 2)
        answer = await asked(desk, await firm.job(desk), limit=1)
        assert (len(answer["recommendations"]), answer["possible"], answer["why_not"]) == (1, 3, [])

    async def test_whoever_declined_is_not_asked_again(self, firm: Firm) -> None:
        desk, phone = await working(firm, 0, 1), await firm.phone(0)
        job = await booked(firm, desk, 0, at=HOUR)
        (outcome,) = await phone.outcomes(phone.operation("job.decline", job, {"reason": "太远"}))
        assert outcome["status"] == "applied"
        answer = await asked(desk, job)
        assert answer["book_with"] == "assign"
        assert people(answer) == firm.technicians[1:2]
        assert answer["counts"] == {"declined": 1, "no_shift": 1}

    async def test_a_job_that_is_booked_is_looked_through(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        job = await booked(firm, desk, 0, at=HOUR, minutes=8 * 60)
        answer = await asked(desk, job)
        assert answer["book_with"] == "move"
        assert instant(answer["recommendations"][0]["starts_at"]) == MORNING

    async def test_by_default_from_now_on(self, firm: Firm) -> None:
        desk = await working(firm, 0, start=2 * DAY)
        answer = (await desk.get(f"/dispatch/jobs/{(await firm.job(desk))['id']}/recommendations")).json()
        assert abs(instant(answer["at"]) - datetime.now(UTC)) < 5 * MINUTE
        assert people(answer) == firm.technicians[:1]


class TestANamedTechnician:
    async def test_is_told_the_rank_among_all(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        await booked(firm, desk, 0, at=HOUR, lat=31.23, lon=121.47)
        answer = await asked(desk, await firm.job(desk), technician_id=firm.technicians[1], limit=1)
        (found,) = answer["recommendations"]
        assert (found["technician_id"], found["rank"], answer["possible"]) == (firm.technicians[1], 2, 2)
        assert answer["why_not"] == []

    async def test_is_told_why_not(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        answer = await asked(desk, await firm.job(desk), technician_id=firm.technicians[1])
        assert answer["recommendations"] == []
        assert [(each["technician_id"], each["rule"]) for each in answer["why_not"]] == [
            (firm.technicians[1], "no_shift")
        ]
        assert answer["counts"] == {"no_shift": 2}

    async def test_of_another_outlet_is_told_so(self, firm: Firm) -> None:
        await working(firm, 0)
        hq = await firm.login("hq")
        job = await firm.job(hq, outlet_id=firm.other_outlet_id)
        answer = await asked(hq, job, technician_id=firm.technicians[0])
        assert [each["rule"] for each in answer["why_not"]] == ["territory"]

    async def test_whom_nobody_knows_is_refused(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        answer = await ask(desk, await firm.job(desk), technician_id="00000000-0000-7000-8000-000000000000")
        assert answer.json()["code"] == "technician_unknown"


class TestATechnicianAtWork:
    async def test_finishes_the_visit_first_and_goes_on_from_there(self, firm: Firm) -> None:
        start = datetime.now(UTC) - 2 * HOUR - MORNING
        desk, phone = await working(firm, 0, start=start), await firm.phone(0)
        running = await booked(firm, desk, 0, at=start + HOUR, minutes=90, lat=31.23, lon=121.47)
        await phone.outcomes(phone.operation("job.arrive", running, ago=timedelta(minutes=55)))
        at = datetime.now(UTC)
        (found,) = (await asked(desk, await firm.job(desk), at=at))["recommendations"]
        ends = instant((await now(desk, running))["arrival"]["at"]) + 90 * MINUTE
        assert ends > instant(running["window_end"])  # came late, and takes as long as planned
        assert ends <= instant(found["starts_at"]) <= ends + 2 * MINUTE

    async def test_on_the_way_counts_as_begun(self, firm: Firm) -> None:
        start = datetime.now(UTC) - HOUR - MORNING
        desk, phone = await working(firm, 0, start=start), await firm.phone(0)
        running = await booked(firm, desk, 0, at=start + 2 * HOUR)
        await phone.outcomes(phone.operation("job.set_off", running))
        job = await firm.job(desk, **THERE, duration_minutes=10)
        (found,) = (await asked(desk, job, at=datetime.now(UTC)))["recommendations"]
        assert instant(found["starts_at"]) >= instant(running["window_end"])

    async def test_has_left_home_when_a_visit_is_done(self, firm: Firm) -> None:
        start = datetime.now(UTC) - 2 * HOUR - MORNING
        desk, phone = await working(firm, 0, 1, start=start), await firm.phone(0)
        done = await booked(firm, desk, 0, at=start + HOUR, lat=31.5, lon=121.9)
        outcomes = await phone.outcomes(phone.operation("job.arrive", done, ago=30 * MINUTE), phone.complete(done))
        assert [outcome["status"] for outcome in outcomes] == ["applied"] * 2
        at = datetime.now(UTC)
        answer = await asked(desk, await firm.job(desk, lat=31.5, lon=121.9), at=at)
        arrivals = {each["technician_id"]: instant(each["starts_at"]) - at for each in answer["recommendations"]}
        assert arrivals[firm.technicians[0]] < 2 * MINUTE
        assert arrivals[firm.technicians[1]] > HOUR

    async def test_of_yesterday_starts_from_home_today(self, firm: Firm) -> None:
        start = datetime.now(UTC) - HOUR - MORNING
        desk, phone = await working(firm, 0, start=start), await firm.phone(0)
        await working(firm, 0, start=start + DAY)
        running = await booked(firm, desk, 0, at=start, lat=31.5, lon=121.9)
        await phone.outcomes(phone.operation("job.arrive", running))
        tomorrow = datetime.now(UTC) + DAY
        (found,) = (await asked(desk, await firm.job(desk, **THERE), at=tomorrow))["recommendations"]
        assert instant(found["starts_at"]) - tomorrow < 2 * MINUTE


class TestTheFirstRecommendation:
    async def test_is_booked_as_it_stands(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        job = await firm.job(desk)
        answer = await asked(desk, job)
        best = answer["recommendations"][0]
        taken = await desk.post(f"/jobs/{job['id']}/{answer['book_with']}", best["booking"])
        assert taken.status_code == 200, taken.text
        after = taken.json()
        assert (after["state"], after["technician_id"]) == ("scheduled", best["technician_id"])
        assert instant(after["window_start"]) == instant(best["starts_at"])
        assert instant(after["window_end"]) == instant(best["ends_at"])

    async def test_of_a_whole_morning_is_always_free(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        for n in range(12):
            job = await firm.job(desk, lat=31.2 + n % 5 / 100, lon=121.4 + n % 3 / 50, priority=1 + n % 5)
            best = (await asked(desk, job))["recommendations"][0]
            taken = await desk.post(f"/jobs/{job['id']}/assign", best["booking"])
            assert taken.status_code == 200, taken.text


class TestAProposalThatDelaysOthers:
    """One technician with visits at 08:30 and 09:30, and a job whose promise is over by then: every minute counts."""

    async def proposed(self, firm: Firm) -> tuple[Person, dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
        desk = await working(firm, 0)
        others = [await booked(firm, desk, 0, at=n * HOUR + 30 * MINUTE) for n in range(2)]
        job = await firm.job(desk, **THERE, opened_at=(MORNING - 2 * DAY).isoformat())
        best = (await asked(desk, job))["recommendations"][0]
        return desk, job, others, best

    async def test_names_them_with_their_new_windows(self, firm: Firm) -> None:
        _, _, others, best = await self.proposed(firm)
        assert instant(best["starts_at"]) == MORNING
        assert [(d["number"], d["seconds"]) for d in best["delays"]] == [(o["number"], 1800) for o in others]
        assert [instant(d["starts_at"]) for d in best["delays"]] == [MORNING + HOUR, MORNING + 2 * HOUR]
        assert best["sentence"]["en"].endswith("2 other visits are delayed by up to 30 min.")
        assert [d["base_version"] for d in best["booking"]["delays"]] == [o["version"] for o in others]

    async def test_is_carried_out_whole_with_history(self, firm: Firm) -> None:
        desk, job, others, best = await self.proposed(firm)
        taken = await desk.post(f"/jobs/{job['id']}/assign", best["booking"])
        assert taken.status_code == 200, taken.text
        for other, delay in zip(others, best["delays"], strict=True):
            after = await now(desk, other)
            assert instant(after["window_start"]) == instant(delay["starts_at"])
            assert (after["technician_id"], after["version"]) == (other["technician_id"], other["version"] + 1)
            history = (await desk.get(f"/jobs/{other['id']}/history")).json()["items"]
            assert [line["action"] for line in history] == ["raise", "assign", "move"]

    async def test_is_not_carried_out_without_them(self, firm: Firm) -> None:
        desk, job, _, best = await self.proposed(firm)
        alone = {**best["booking"], "delays": []}
        answer = await desk.post(f"/jobs/{job['id']}/assign", alone)
        assert (answer.status_code, answer.json()["code"]) == (409, "double_booked")

    async def test_leaves_nothing_half_done_when_one_changed_meanwhile(self, firm: Firm) -> None:
        desk, job, others, best = await self.proposed(firm)
        await desk.patch(f"/jobs/{others[1]['id']}", {"base_version": others[1]["version"], "priority": 1})
        answer = await desk.post(f"/jobs/{job['id']}/assign", best["booking"])
        assert (answer.status_code, answer.json()["code"]) == (409, "version_stale")
        assert answer.json()["extra"]["job_id"] == others[1]["id"]
        assert (await now(desk, job))["state"] == "new"
        assert (await now(desk, others[0]))["window_start"] == others[0]["window_start"]

    async def test_moves_nobody_elses_visits(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        other = await booked(firm, desk, 1, at=HOUR)
        job = await firm.job(desk)
        later = {"job_id": other["id"], "base_version": other["version"]} | {
            "starts_at": (MORNING + 2 * HOUR).isoformat(),
            "ends_at": (MORNING + 3 * HOUR).isoformat(),
        }
        wanted = {"technician_id": firm.technicians[0], "starts_at": MORNING.isoformat(), "delays": [later]}
        answer = await desk.post(f"/jobs/{job['id']}/assign", wanted)
        assert (answer.status_code, answer.json()["code"]) == (409, "job_reassigned")

    async def test_moves_them_to_no_impossible_window(self, firm: Firm) -> None:
        desk, job, _, best = await self.proposed(firm)
        for starts_at in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", best["delays"][0]["ends_at"]):
            booking = {**best["booking"], "delays": [{**best["booking"]["delays"][0], "starts_at": starts_at}]}
            answer = await desk.post(f"/jobs/{job['id']}/assign", booking)
            assert (answer.status_code, answer.json()["code"]) == (400, "time_out_of_range")
        answer = await desk.post(f"/jobs/{job['id']}/assign", {**best["booking"], "starts_at": "9999-12-31T23:59:59Z"})
        assert (answer.status_code, answer.json()["code"]) == (400, "time_out_of_range")

    async def test_names_no_job_twice(self, firm: Firm) -> None:
        desk, job, _, best = await self.proposed(firm)
        booking = best["booking"]
        twice = {**booking, "delays": [booking["delays"][0], booking["delays"][0]]}
        answer = await desk.post(f"/jobs/{job['id']}/assign", twice)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")

    async def test_moves_nothing_outside_the_callers_outlet(self, firm: Firm) -> None:
        desk, job, others, best = await self.proposed(firm)
        elsewhere = await firm.login("otherdesk")
        mine = await firm.job(elsewhere, outlet_id=firm.other_outlet_id)
        answer = await elsewhere.post(f"/jobs/{mine['id']}/assign", best["booking"])
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await now(desk, others[0]))["version"] == others[0]["version"]
        assert (await now(desk, job))["state"] == "new"


class TestTwoDispatchersAtOnce:
    async def test_exactly_one_gets_the_slot(self, firm: Firm) -> None:
        await working(firm, 0)
        desks = [await firm.login("desk"), await firm.login("hq")]
        for _ in range(5):
            jobs = [await firm.job(desk) for desk in desks]
            bookings = [(await asked(d, j))["recommendations"][0]["booking"] for d, j in zip(desks, jobs, strict=True)]
            assert bookings[0]["starts_at"] == bookings[1]["starts_at"]
            asking = [
                desk.post(f"/jobs/{job['id']}/assign", booking)
                for desk, job, booking in zip(desks, jobs, bookings, strict=True)
            ]
            answers = sorted(await asyncio.gather(*asking), key=lambda answer: int(answer.status_code))
            assert [answer.status_code for answer in answers] == [200, 409], answers[1].text
            assert answers[1].json()["code"] == "double_booked"

    async def test_many_lose_to_one(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        jobs = [await firm.job(desk) for _ in range(8)]
        wanted = {"technician_id": firm.technicians[0], "starts_at": MORNING.isoformat()}
        answers = await asyncio.gather(*(desk.post(f"/jobs/{job['id']}/assign", wanted) for job in jobs))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


class TestWhoMayAsk:
    async def test_not_for_a_job_outside_the_subtree(self, firm: Firm) -> None:
        desk, other = await firm.login("desk"), await firm.login("otherdesk")
        answer = await ask(other, await firm.job(desk))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_not_a_technician(self, firm: Firm) -> None:
        desk, technician = await firm.login("desk"), await firm.login("tech0")
        answer = await ask(technician, await firm.job(desk))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    async def test_an_auditor_may(self, firm: Firm) -> None:
        desk, auditor = await firm.login("desk"), await firm.login("auditor")
        assert (await ask(auditor, await firm.job(desk))).status_code == 200

    async def test_not_without_a_login(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk)
        answer = await firm.client.get(f"/dispatch/jobs/{job['id']}/recommendations")
        assert answer.status_code == 401


class TestAQuestionThatMakesNoSense:
    async def test_about_a_job_nobody_knows(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        answer = await ask(desk, {"id": firm.outlet_id})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_about_a_job_that_is_over(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk)
        await desk.post(f"/jobs/{job['id']}/cancel", {"reason": "顾客撤单"})
        answer = await ask(desk, job)
        assert (answer.status_code, answer.json()["code"]) == (409, "transition_illegal")
        assert answer.json()["extra"] == {"state": "cancelled"}

    async def test_from_an_instant_that_is_none(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk)
        for at, code in (
            ("yesterday", "invalid"),
            ("2026-03-02T08:00:00", "invalid"),  # where?
            ("2026-02-30T08:00:00Z", "invalid"),
            ("2011-07-11T08:00:00Z", "time_out_of_range"),
            ("0001-01-01T00:00:00+14:00", "time_out_of_range"),
            ("9999-12-31T23:59:59-14:00", "time_out_of_range"),
        ):
            answer = await desk.get(f"/dispatch/jobs/{job['id']}/recommendations", at=at)
            assert (answer.status_code, answer.json()["code"]) == (400, code), at

    async def test_for_too_many_or_too_few(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk)
        for limit in (0, -1, 201, "many"):
            answer = await ask(desk, job, limit=limit)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), limit
