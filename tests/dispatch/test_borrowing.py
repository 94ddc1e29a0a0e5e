"""Who could be borrowed: pure, on the street of `builders`; and over HTTP, up to the loan that is made of it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.commitments.rules.said import Said
from server.dispatch.rules.borrowing import Answer, Outlet, Question, offers
from server.dispatch.rules.problem import Job, Limits, Span, Technician
from tests.dispatch import builders
from tests.dispatch.builders import HOUR, Street, at, job, stop, technician
from tests.dispatch.test_routes import DAY, MORNING, THERE, working
from tests.journeys.firm import Firm

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEST = Said("城西", "West")


def asked(
    waiting: list[Job], own: list[Technician], others: list[Technician], theirs: list[Job] | None = None
) -> Answer:
    question = Question(
        outlet_id="east",
        here=Outlet(Said("城东", "East"), waiting, own),
        there={"west": Outlet(WEST, theirs or [], others)},
        neighbours=others,
        period=Span(at("00:00"), at("00:00", 1)),
        now=at("08:00"),
        zone=SHANGHAI,
        limits=Limits(),
    )
    return offers(question, Street())


def neighbour(name: str = "李娜", *route: Any, no: int = 2, **known: Any) -> Technician:
    return technician(name, *route, no=no, outlet_id="west", **known)


class TestAnOutletThatKeepsItsPromises:
    def test_borrows_nobody(self) -> None:
        assert asked([job(due=at("12:00"))], [technician()], [neighbour()]) == ((), ())

    def test_counts_each_of_its_people_once(self) -> None:
        both = [job(id=name, due=at("08:30")) for name in ("a", "b")]
        answer = asked(both, [technician()], [])
        assert [risk.job.id for risk in answer.at_risk] == ["b"]


class TestAnOutletThatCannot:
    late = job(id="late", due=at("08:30"))

    def test_is_told_what_is_at_risk_and_how_late(self) -> None:
        busy = technician("王伟", stop(10, "08:10", lock="both"))
        (risk,) = asked([self.late], [busy], []).at_risk
        assert (risk.job.id, risk.late_s, risk.rule) == ("late", 40 * 60, None)

    def test_is_told_when_nobody_can_at_all(self) -> None:
        (risk,) = asked([job(skills=frozenset({"gas"}))], [technician()], []).at_risk
        assert (risk.late_s, risk.rule) == (None, "skills")
        (alone,) = asked([self.late], [], []).at_risk
        assert (alone.late_s, alone.rule) == (None, None)

    def test_is_offered_who_could_come_in_time_for_the_shift_it_takes(self) -> None:
        (offer,) = asked([self.late], [], [neighbour(name_en="Li Na")]).offers
        assert [(visit.job_id, visit.start) for visit in offer.visits] == [("late", at("08:10"))]
        assert offer.loan == builders.shift()
        assert (offer.misses, offer.travel_s) == (0, 20 * 60)
        assert offer.said == (
            "李娜（城西）可兑现 1 项承诺，路程增加 20 分；城西不受影响。",
            "Li Na of West could keep one promise here, with 20 min more on the road; nothing is missed at West.",
        )

    def test_is_offered_nobody_who_would_be_late_too(self) -> None:
        far = neighbour(home=200)
        assert asked([self.late], [], [far]).offers == ()

    def test_is_offered_nobody_without_the_skill(self) -> None:
        assert asked([job(skills=frozenset({"gas"}))], [], [neighbour()]).offers == ()

    def test_is_offered_the_one_who_keeps_most_and_then_the_nearest(self) -> None:
        waiting = [job(id="a", due=at("08:30")), job(id="b", due=at("09:30"))]
        near, far = neighbour("near", no=2, home=9), neighbour("far", no=3, home=5)
        late = neighbour("late", no=4, home=10, shifts=(builders.shift("09:00", "17:00"),))
        assert [offer.technician.id for offer in asked(waiting, [], [late, far, near]).offers] == [
            "near",
            "far",
            "late",
        ]


class TestTheCostAtTheLender:
    urgent = job(id="here", due=at("08:30"), weight=2.0)

    def there(self, **known: Any) -> Job:
        return job(id="there", outlet_id="west", due=at("08:30"), **known)

    def test_is_nothing_where_a_colleague_takes_over(self) -> None:
        answer = asked([self.urgent], [], [neighbour("李娜"), neighbour("张敏", no=3)], [self.there()])
        assert [offer.misses for offer in answer.offers] == [0, 0]

    def test_is_what_nobody_else_there_would_do(self) -> None:
        (offer,) = asked([self.urgent], [], [neighbour()], [self.there()]).offers
        assert (offer.misses, offer.weight) == (1, 1.0)
        assert offer.said.en.endswith("; 1 would be missed at West.")

    def test_is_never_as_much_as_is_kept(self) -> None:
        assert asked([self.urgent], [], [neighbour()], [self.there(weight=2.0)]).offers == ()

    def test_leaves_out_what_is_missed_there_anyway(self) -> None:
        hopeless = self.there(weight=4.0, lat=0.0, skills=frozenset({"gas"}))
        (offer,) = asked([self.urgent], [], [neighbour()], [hopeless]).offers
        assert offer.misses == 0

    def test_leaves_out_what_is_done_before_or_after_the_loan(self) -> None:
        tomorrow = job(id="there", outlet_id="west", earliest=at("09:00", 1), due=at("10:00", 1), weight=4.0)
        two_days = neighbour(shifts=(builders.shift(), builders.shift(day=1)))
        (offer,) = asked([self.urgent], [], [two_days], [tomorrow]).offers
        assert (offer.misses, offer.loan) == (0, builders.shift())

    def test_visits_there_are_kept(self) -> None:
        booked = neighbour("李娜", stop(10, "08:00", minutes=60, lock="both"))
        assert asked([self.urgent], [], [booked]).offers == ()
        later = neighbour("李娜", stop(10, "12:00"))
        (offer,) = asked([job(id="here", due=at("08:30"), service_s=HOUR)], [], [later]).offers
        assert offer.delays == 0


class TestProposalsOverHttp:
    async def test_become_a_loan_and_then_a_visit(self, firm: Firm) -> None:
        await working(firm, 0, 1)
        desk = await firm.login("otherdesk")
        job = await firm.job(desk, outlet_id=firm.other_outlet_id, **THERE)
        asked = {"outlet_id": firm.other_outlet_id, "from": MORNING.isoformat(), "to": (MORNING + DAY).isoformat()}
        answer = await desk.get("/dispatch/borrowings/proposals", **asked)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["waiting"], [risk["job_id"] for risk in told["at_risk"]]) == (1, [job["id"]])
        assert told["at_risk"][0]["sentence"]["zh"].endswith("本网点无人可派（无人当班）。")
        best = told["proposals"][0]
        assert {each["technician_id"] for each in told["proposals"]} == set(firm.technicians[:2])
        assert (best["outlet_name"], best["misses_there"], [k["job_id"] for k in best["keeps"]]) == (
            "静安",
            0,
            [job["id"]],
        )
        later = {**best["borrowing"]}
        for name in ("starts_at", "ends_at"):  # the same hours of the day after tomorrow: what is over is not lent
            later[name] = _shifted(best["borrowing"][name])
        loan = await (await firm.login("hq")).post("/borrowings", later)
        assert (loan.status_code, loan.json()["state"]) == (201, "active")
        visit = {"technician_id": best["technician_id"], "starts_at": _shifted(best["keeps"][0]["starts_at"])}
        taken = await desk.post(f"/jobs/{job['id']}/assign", visit)
        assert taken.status_code == 200, taken.text

    async def test_are_for_the_office_of_the_outlet(self, firm: Firm) -> None:
        path = "/dispatch/borrowings/proposals"
        other = await (await firm.login("desk")).get(path, outlet_id=firm.other_outlet_id)
        assert (other.status_code, other.json()["code"]) == (422, "outlet_unknown")
        phone = await (await firm.login("tech0")).get(path, outlet_id=firm.outlet_id)
        assert phone.status_code == 403
        assert (await (await firm.login("auditor")).get(path, outlet_id=firm.outlet_id)).json()["proposals"] == []

    @pytest.mark.parametrize(
        ("start", "end", "code"),
        [
            (timedelta(0), timedelta(0), "ends_before_start"),
            (timedelta(0), 15 * DAY, "time_out_of_range"),
            (999 * DAY, 1000 * DAY, "time_out_of_range"),
        ],
    )
    async def test_for_a_period_that_cannot_be_are_refused(
        self, firm: Firm, start: timedelta, end: timedelta, code: str
    ) -> None:
        span = {"from": (MORNING + start).isoformat(), "to": (MORNING + end).isoformat()}
        answer = await (await firm.login("desk")).get(
            "/dispatch/borrowings/proposals", outlet_id=firm.outlet_id, **span
        )
        assert answer.json()["code"] == code


def _shifted(instant: str) -> str:
    return (datetime.fromisoformat(instant) + 3 * DAY).isoformat()
