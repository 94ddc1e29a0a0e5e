from uuid import UUID

from server.dispatch.rules.fairness import MOST, Past, loads
from server.jobs import visits_store
from tests.dispatch.test_routes import DAY, HOUR, MINUTE, MORNING, THERE, asked, booked, people, working
from tests.journeys.firm import Firm

H = 3600


class TestALoad:
    def test_is_the_work_where_all_are_there_as_long(self) -> None:
        assert loads({"a": Past(30 * H, 80 * H), "b": Past(50 * H, 80 * H)}) == {"a": 30 * H, "b": 50 * H}

    def test_is_relative_to_the_time_somebody_is_there_for(self) -> None:
        found = loads({"half": Past(20 * H, 40 * H), "whole": Past(40 * H, 80 * H)})
        assert found["half"] == found["whole"]

    def test_counts_overtime_once_more_and_late_shifts_a_quarter(self) -> None:
        found = loads({"a": Past(40 * H, 80 * H, overtime_s=4 * H, late_s=8 * H), "b": Past(40 * H, 80 * H)})
        assert found["a"] - found["b"] == 6 * H

    def test_of_a_newcomer_is_the_mean(self) -> None:
        assert loads({"a": Past(20 * H, 80 * H), "b": Past(40 * H, 80 * H), "new": Past(0, 0)})["new"] == 30 * H

    def test_of_somebody_hardly_ever_there_is_bounded(self) -> None:
        assert loads({"a": Past(2 * H, H), "b": Past(40 * H, 159 * H)})["a"] == 2 * H * MOST

    def test_of_nobody_is_nothing(self) -> None:
        assert loads({}) == {}
        assert loads({"a": Past(0, 0)}) == {"a": 0}

    def test_without_any_shift_known_is_the_work(self) -> None:
        assert loads({"a": Past(5 * H, 0), "b": Past(3 * H, 0)}) == {"a": 5 * H, "b": 3 * H}


class TestThePastWeeks:
    async def test_are_summed_from_shifts_and_visits(self, firm: Firm) -> None:
        desk = await working(firm, 0, start=-2 * DAY, hours=14)  # 08:00 to 22:00 in Shanghai
        await working(firm, 1, start=-2 * DAY)
        await booked(firm, desk, 0, at=-2 * DAY + 13 * HOUR, minutes=120)  # an hour beyond the shift
        found = await visits_store.past_work(map(UUID, firm.technicians), MORNING - 14 * DAY, MORNING)
        first, second, third = (found[key] for key in sorted(found, key=lambda key: firm.technicians.index(str(key))))
        assert (first.worked_s, first.shift_s, first.overtime_s, first.late_s) == (2 * H, 14 * H, H, 2 * H)
        assert (second.worked_s, second.shift_s, second.overtime_s, second.late_s) == (0, 9 * H, 0, 0)
        assert (third.worked_s, third.shift_s) == (0, 0)

    async def test_decide_between_equals(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        await working(firm, 0, 1, start=-2 * DAY)
        job = await firm.job(desk, **THERE)
        assert people(await asked(desk, job)) == firm.technicians[:2]
        await booked(firm, desk, 0, at=-2 * DAY, minutes=300)
        answer = await asked(desk, job)
        assert people(answer) == [firm.technicians[1], firm.technicians[0]]
        assert [term["term"] for term in answer["recommendations"][1]["cost"]] == ["load"]

    async def test_weigh_less_for_those_who_are_there_longer(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        await working(firm, 0, start=-2 * DAY, hours=12)
        await working(firm, 1, start=-2 * DAY, hours=4)
        await booked(firm, desk, 0, at=-2 * DAY, minutes=240)
        await booked(firm, desk, 1, at=-2 * DAY + MINUTE, minutes=180)
        answer = await asked(desk, await firm.job(desk, **THERE))
        assert people(answer) == firm.technicians[:2]
