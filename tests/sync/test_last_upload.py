"""Devices that are revoked, and people who have left: their last work still comes in, when the office allows it."""

from typing import Any

from server.platform import db
from tests.journeys.firm import Firm, Person, Phone
from tests.sync.follower import Follower, Watched


def note(phone: Phone, job: Any) -> dict[str, Any]:
    return dict(phone.operation("job.note", job, {"text": "好"}))


async def codes_of(phone: Phone, *operations: Any) -> tuple[str | None, str | None]:
    """What a push and a pull of the device are answered with; None: they are served."""
    push = await phone.push(*operations)
    pull = await phone.person.get("/sync/pull", device_id=phone.device_id)
    return push.json().get("code"), pull.json().get("code")


async def allow(office: Person, phone: Phone, **wanted: Any) -> Any:
    return await office.post(f"/devices/{phone.device_id}/last-upload", wanted)


class TestARevokedDevice:
    async def test_hands_in_the_last_of_its_work_when_the_office_allows_it(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        refused = await allow(desk, phone)
        assert (refused.status_code, refused.json()["code"]) == (409, "device_active")
        await phone.person.post(f"/devices/{phone.device_id}/revoke")
        done = [note(phone, job) for _ in range(3)]
        assert await codes_of(phone, done[0]) == ("device_revoked", "device_revoked")

        allowed = await allow(desk, phone, hours=2)
        assert allowed.status_code == 200, allowed.text
        shown = next(d for d in (await desk.get("/devices")).json()["items"] if d["id"] == phone.device_id)
        assert shown["last_upload_until"] == allowed.json()["last_upload_until"]
        assert shown["last_upload_by"] == desk.user["id"]
        assert await codes_of(phone, done[0]) == (None, "device_revoked")
        gapped = phone.batch(note(phone, job)) | {"drained": True}
        await phone.person.post("/sync/push", gapped)  # a gap: it is not empty, whatever it says
        last = await phone.person.post("/sync/push", phone.batch(*done[1:]) | {"drained": True})
        assert [o["status"] for o in last.json()["outcomes"]] == ["applied", "applied"]
        assert await codes_of(phone, done[2]) == ("device_revoked", "device_revoked")
        await Watched([Follower(desk)]).settle()
        # Allowed once more, and the time is over.
        await allow(desk, phone)
        assert await codes_of(phone, done[2]) == (None, "device_revoked")
        await db.execute("UPDATE device SET last_upload_until = now() - interval '1 second'")
        assert await codes_of(phone, done[2]) == ("device_revoked", "device_revoked")

    async def test_is_not_for_everybody_to_allow(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        await desk.post(f"/devices/{phone.device_id}/revoke")
        answers = {
            "tech0": (403, "forbidden"),
            "auditor": (403, "forbidden"),
            "otherdesk": (404, "device_unknown"),
        }
        for name, expected in answers.items():
            answer = await allow(await firm.login(name), phone)
            assert (answer.status_code, answer.json()["code"]) == expected, name
        for wrong in ({"hours": 0}, {"hours": 73}, {"minutes": 5}):
            answer = await desk.post(f"/devices/{phone.device_id}/last-upload", wrong)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), wrong
        assert (await allow(await firm.login("hq"), phone, hours=72)).status_code == 200


class TestSomebodyWhoHasLeft:
    async def test_may_log_in_for_the_last_upload_and_for_nothing_else(self, firm: Firm) -> None:
        desk, boss, phone = await firm.login("desk"), await firm.login("hq"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        left = await boss.patch(f"/users/{phone.person.user['id']}", {"active": False})
        assert left.status_code == 200, left.text
        name = {"username": "tech0", "password": "correct horse battery"}
        assert (await firm.client.post("/auth/login", json=name)).json()["code"] == "credentials_wrong"

        assert (await allow(desk, phone)).status_code == 200
        wrong = await firm.client.post("/auth/login", json=name | {"password": "wrong horse battery"})
        assert wrong.json()["code"] == "credentials_wrong"
        tokens = (await firm.client.post("/auth/login", json=name)).json()
        assert tokens["refresh_token"] == ""
        phone.person.token = tokens["access_token"]
        assert [o["status"] for o in await phone.outcomes(note(phone, job))] == ["applied"]
        for path in ("/sync/pull", "/sync/stream", "/auth/me", "/devices", "/jobs"):
            refused = await phone.person.get(path)
            assert (refused.status_code, refused.json()["code"]) == (403, "last_upload_only"), path
        enrolled = await phone.person.post("/devices", {"public_key": phone.key.jwk})
        assert enrolled.json()["code"] == "last_upload_only"

        drained = await phone.person.post("/sync/push", phone.batch() | {"drained": True})
        assert drained.status_code == 200
        assert (await phone.push(note(phone, job))).json()["code"] == "device_revoked"
        assert (await firm.client.post("/auth/login", json=name)).json()["code"] == "credentials_wrong"
