"""The replica of server/web/shared/replica on the IndexedDB of a real Chromium, against a real server."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route

from tests.journeys.firm import Firm, Person
from tests.web.conftest import Screen, Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")

HERE = "/replica-test"
BLANK = f"<!doctype html><title>replica</title><script type=module src={HERE}.js></script>"
JOB = "{type: 'job', id: %r}"


@pytest.fixture(scope="module")
def bundle(project: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The replica as one script."""
    folder = tmp_path_factory.mktemp("replica")
    vite = "node_modules/.bin/vite"
    if not (project / "server/web" / vite).exists():
        pytest.skip("the packages of server/web are not installed; scripts/test does that")
    config = "shared/replica/testing/vite.config.ts"
    command = [vite, "build", "--logLevel", "error", "--config", config, "--outDir", str(folder)]
    subprocess.run(command, cwd=project / "server/web", check=True)
    return (folder / "replica.js").read_text("utf-8")


@dataclass
class Tab:
    """A blank page of the server's origin with a replica on it."""

    page: Page
    token: str

    async def open(self, **how: Any) -> None:
        await self.page.evaluate("how => onsite.open(how)", {"token": self.token, **how})

    async def call(self, call: str) -> Any:
        return await self.page.evaluate(f"async () => await onsite.replica.{call}")

    async def note(self, job: Any, text: str) -> Any:
        return await self.call(f"enqueue('job.note', {JOB % job['id']}, {{text: {text!r}}})")

    async def fault(self, call: str) -> Any:
        return await self.page.evaluate(f"() => onsite.fault(() => onsite.replica.{call})")

    async def hears(self, word: str) -> None:
        """By now or in a while: what is told from tab to tab takes its time."""
        await self.page.wait_for_function("word => onsite.heard.includes(word)", arg=word)

    async def seqs(self) -> Any:
        return [operation["seq"] for operation in await self.call("pending()")]

    async def reload(self) -> None:
        await self.page.reload()
        await self.open()

    async def base(self) -> dict[str, Any]:
        records = await self.call("records('job')")
        return {record["id"]: record["version"] for record in records}


@dataclass
class Profile:
    """A technician's browser, and the dispatcher's word on their jobs."""

    screen: Screen
    person: Person
    desk: Person
    device_id: str

    async def tab(self) -> Tab:
        page = await self.screen.page.context.new_page()
        await page.goto(self.screen.url + HERE)
        return Tab(page, self.person.token)

    async def notes(self, job: Any) -> list[str]:
        answer = await self.desk.get(f"/jobs/{job['id']}")
        return [note["text"] for note in answer.json()["notes"]]


Profiles = Callable[[int], Awaitable[Profile]]


@pytest.fixture
def profiles(firm: Firm, screens: Screens, bundle: str) -> Profiles:
    async def profile(number: int) -> Profile:
        screen = await screens()

        async def answer(route: Route) -> None:
            script = route.request.url.endswith(".js")
            kind = "text/javascript" if script else "text/html"
            await route.fulfill(body=bundle if script else BLANK, content_type=kind)

        await screen.page.context.route(f"**{HERE}*", answer)
        phone = await firm.phone(number)
        return Profile(screen, phone.person, await firm.login("desk"), phone.device_id)

    return profile


class TestTwoTabsOfOneProfile:
    async def test_share_one_outbox_and_hand_it_in_once(self, firm: Firm, profiles: Profiles) -> None:
        technician = await profiles(0)
        job = await firm.assigned(technician.desk, 0, title="two tabs")
        first, other = await technician.tab(), await technician.tab()
        await first.open(deviceId=technician.device_id)
        await other.open()
        work = """async ([id, tab]) => {
            for (let note = 0; note < 6; note++) {
                await onsite.replica.enqueue("job.note", {type: "job", id}, {text: `${tab}-${note}`});
                if (note % 3 === 2) await onsite.replica.sync();
            }
        }"""
        tabs = (("first", first), ("other", other))
        await asyncio.gather(*(tab.page.evaluate(work, [job["id"], name]) for name, tab in tabs))
        await first.call("sync()")
        assert sorted(await technician.notes(job)) == sorted(
            f"{tab}-{n}" for tab in ("first", "other") for n in range(6)
        )
        assert await other.seqs() == []
        assert [outcome["seq"] for outcome in await other.call("outcomes()")] == list(range(1, 13))
        await other.hears("changed")


class TestAReloadInTheMiddle:
    async def test_of_a_push_loses_nothing_and_has_one_effect(self, firm: Firm, profiles: Profiles) -> None:
        technician = await profiles(1)
        job = await firm.assigned(technician.desk, 1, title="reload")
        tab = await technician.tab()
        await tab.open(deviceId=technician.device_id)
        await tab.call("sync()")
        await tab.note(job, "kept")

        async def lose_the_reply(route: Route) -> None:
            await route.fetch()
            await tab.page.evaluate("() => { onsite.reached = true }")

        await tab.page.route("**/sync/push", lose_the_reply, times=1)
        await tab.page.evaluate("() => { void onsite.replica.push() }")
        await tab.page.wait_for_function("onsite.reached")
        await tab.reload()
        assert await tab.seqs() == [1]
        await tab.call("sync()")
        assert await technician.notes(job) == ["kept"]
        assert await tab.seqs() == []
        fresh = await technician.person.get("/sync/pull", limit=500)
        held = {c["id"]: c["version"] for c in fresh.json()["changes"] if c["type"] == "job" and c["body"]}
        assert await tab.base() == held


class TestStorageThatIsFull:
    async def test_refuses_work_whole_and_what_waits_is_handed_in(self, firm: Firm, profiles: Profiles) -> None:
        technician = await profiles(2)
        job = await firm.assigned(technician.desk, 2, title="full")
        tab = await technician.tab()
        chromium = await tab.page.context.new_cdp_session(tab.page)
        here = {"origin": technician.screen.url}
        await chromium.send("Storage.overrideQuotaForOrigin", here | {"quotaSize": 2_000_000})
        await tab.open(deviceId=technician.device_id)
        await tab.call("sync()")
        await tab.note(job, "before")
        large = f"enqueue('job.note', {JOB % job['id']}, {{text: onsite.noise(400_000)}})"
        faults = [await tab.fault(large) for _ in range(10)]
        kept = faults.count("")
        assert faults == [""] * kept + ["StorageFull"] * (10 - kept)
        assert kept < 10
        assert await tab.seqs() == list(range(1, kept + 2))
        await chromium.send("Storage.overrideQuotaForOrigin", here)
        await tab.note(job, "after")
        await tab.call("sync()")
        assert await technician.notes(job) == ["before", "after"]
        assert [outcome["status"] for outcome in await tab.call("outcomes()")] == (
            ["applied"] + ["rejected"] * kept + ["applied"]
        )


class TestAnUpdateOfTheApp:
    async def test_takes_over_from_an_old_tab_and_keeps_its_work(self, firm: Firm, profiles: Profiles) -> None:
        technician = await profiles(0)
        job = await firm.assigned(technician.desk, 0, hours=5, title="update")
        old, new = await technician.tab(), await technician.tab()
        await old.open(deviceId=technician.device_id)
        await old.call("sync()")
        await old.note(job, "old")
        await new.open(newer=True)
        await old.hears("superseded")
        assert await old.fault("pending()") == "Superseded"
        await new.note(job, "new")
        assert await new.seqs() == [1, 2]
        old_again = await technician.tab()
        assert await old_again.page.evaluate("how => onsite.fault(() => onsite.open(how))", {"token": old.token}) == (
            "TooNew"
        )
        assert await old_again.page.evaluate("token => onsite.handIn(token)", old.token) == 2
        await new.call("sync()")
        assert await technician.notes(job) == ["old", "new"]
        assert await new.seqs() == []
