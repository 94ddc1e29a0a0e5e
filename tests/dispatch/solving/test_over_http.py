"""The planner over HTTP: who may ask, what comes back, and what a broken problem hears."""

from typing import Any

from tests.dispatch.solving.problems import job, raw, vehicle
from tests.journeys.firm import Firm, Person

PATH = "/dispatch/solve?seconds=0.3"


async def ask(person: Person, body: Any, **headers: str) -> Any:
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    return await person.client.post(PATH, **content, headers={**person.headers, **headers})


async def test_a_problem_is_planned(firm: Firm) -> None:
    answer = await ask(await firm.login("desk"), raw([vehicle(1)], [job(1, 10), job(2, 20)]))
    assert answer.status_code == 200, answer.text
    assert [step["type"] for step in answer.json()["routes"][0]["steps"]] == ["start", "job", "job", "end"]


async def test_a_broken_one_hears_where(firm: Firm) -> None:
    desk = await firm.login("desk")
    answer = await ask(desk, raw([vehicle(1)], [job(1, service=-1)]), **{"accept-language": "zh-CN"})
    assert answer.status_code == 422
    told = answer.json()
    assert (told["code"], told["title"]) == ("duration_negative", "时长为负")
    assert told["extra"]["where"] == "jobs[0].service"
    assert set(told["extra"]["sentence"]) == {"zh", "en"}
    unread = await ask(desk, b"{", **{"content-type": "application/json"})
    assert (unread.status_code, unread.json()["code"]) == (400, "malformed")


async def test_only_json_and_only_from_the_office(firm: Firm) -> None:
    answer = await ask(await firm.login("desk"), b"{}", **{"content-type": "text/plain"})
    assert answer.status_code == 415
    assert (await ask(await firm.login("auditor"), raw([vehicle(1)], []))).status_code == 403
