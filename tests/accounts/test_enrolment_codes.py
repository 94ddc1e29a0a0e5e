import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.accounts import Role
from server.accounts import enrolment_codes, enrolment_store
from server.network import actions as network
from server.platform import clock, db
from tests.accounts.builders import Firm, code, device_key, technician, user


async def make(firm: Firm, who: str = "north_one_dispatcher", technician_id: UUID | None = None) -> Any:
    return await firm.post(who, f"/technicians/{technician_id or firm.technician}/enrolment-codes")


async def made(firm: Firm) -> dict[str, Any]:
    answer = await make(firm)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def redeem(firm: Firm, typed: str) -> Any:
    return await firm.client.post("/auth/enrol", json={"code": typed})


async def shown(firm: Firm, who: str = "north_one_dispatcher") -> list[dict[str, Any]]:
    answer = await firm.get(who, f"/technicians/{firm.technician}/enrolment-codes")
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def age(minutes: int) -> None:
    """As if all codes had been made that much earlier."""
    await db.execute("UPDATE enrolment_code SET expires_at = expires_at - $1::interval", timedelta(minutes=minutes))


class TestACodeForATechniciansPhone:
    async def test_lets_the_phone_in_as_the_technician(self, firm: Firm) -> None:
        answer = await redeem(firm, (await made(firm))["code"])
        assert answer.status_code == 200
        assert answer.json()["user"]["id"] == str(firm.people["technician"].user_id)
        headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
        device = await firm.client.post("/devices", headers=headers, json={"public_key": device_key(), "name": "手机"})
        assert (device.status_code, device.json()["technician_id"]) == (201, str(firm.technician))

    async def test_gives_a_login_that_can_be_refreshed(self, firm: Firm) -> None:
        tokens = (await redeem(firm, (await made(firm))["code"])).json()
        again = await firm.client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
        assert again.status_code == 200

    async def test_is_scanned_from_an_address_that_keeps_it_from_every_log(self, firm: Firm) -> None:
        new = await made(firm)
        before, fragment, rest = new["address"].partition("#enrol=")
        assert (before.endswith("/app/"), fragment) == (True, "#enrol=")
        assert rest == new["code"].replace("-", "")
        assert new["symbol"]["side"] >= 21
        assert new["symbol"]["path"].startswith("M0 0h7v1h-7z")

    async def test_is_kept_only_as_a_digest(self, firm: Firm) -> None:
        plain = (await made(firm))["code"].replace("-", "")
        kept = await db.fetch_value("SELECT row_to_json(c)::text FROM enrolment_code c")
        assert plain not in kept
        assert enrolment_codes.digest(plain) in kept

    async def test_is_made_by_the_office_above(self, firm: Firm) -> None:
        for who in ("north_one_dispatcher", "north_one_manager", "north_manager", "hq_manager"):
            assert (await make(firm, who)).status_code == 201, who

    async def test_is_not_made_for_somebody_of_another_subtree(self, firm: Firm) -> None:
        for who in ("north_two_dispatcher", "south_manager", "south_one_manager"):
            other, unknown = await make(firm, who), await make(firm, who, uuid4())
            assert code(other) == code(unknown) == "technician_unknown", who
        assert (await make(firm, "technician")).status_code == 403
        assert (await make(firm, "auditor")).status_code == 403

    async def test_wants_an_active_login(self, firm: Firm) -> None:
        async with db.transaction():
            newcomer = await network.create_technician(technician(firm.north_one), firm.north)
        assert code(await make(firm, technician_id=newcomer)) == "login_missing"
        caller = await user(Role.TECHNICIAN, firm.north, firm.north_one, newcomer)
        assert (await make(firm, technician_id=newcomer)).status_code == 201
        await db.execute("UPDATE app_user SET active = false WHERE id = $1", caller.user_id)
        assert code(await make(firm, technician_id=newcomer)) == "login_missing"

    async def test_is_on_record_for_the_desk_without_being_told_again(self, firm: Firm) -> None:
        new = await made(firm)
        await redeem(firm, new["code"])
        (known,) = await shown(firm, "auditor")
        assert (known["id"], known["made_by"]) == (new["id"], str(firm.people["north_one_dispatcher"].user_id))
        assert known["used_at"] is not None
        assert not {"code", "address", "symbol", "digest"} & known.keys()
        answer = await firm.get("south_manager", f"/technicians/{firm.technician}/enrolment-codes")
        assert code(answer) == "technician_unknown"


class TestACodeIsGoodOnce:
    async def test_and_a_second_phone_is_turned_away(self, firm: Firm) -> None:
        new = await made(firm)
        await redeem(firm, new["code"])
        again = await redeem(firm, new["code"])
        assert (again.status_code, code(again)) == (401, "enrolment_code_wrong")

    async def test_also_when_two_phones_come_at_once(self, firm: Firm) -> None:
        new = await made(firm)
        answers = await asyncio.gather(*(redeem(firm, new["code"]) for _ in range(4)))
        assert sorted(a.status_code for a in answers) == [200, 401, 401, 401]
        assert await db.fetch_value("SELECT count(*) FROM refresh_token") == 1

    async def test_for_a_quarter_of_an_hour(self, firm: Firm) -> None:
        new = await made(firm)
        await age(14)
        await age(1)
        assert code(await redeem(firm, new["code"])) == "enrolment_code_wrong"

    async def test_until_a_new_one_is_made(self, firm: Firm) -> None:
        first, second = await made(firm), await made(firm)
        assert code(await redeem(firm, first["code"])) == "enrolment_code_wrong"
        assert (await redeem(firm, second["code"])).status_code == 200

    async def test_until_it_is_withdrawn_by_the_office_above(self, firm: Firm) -> None:
        new = await made(firm)
        path = f"/enrolment-codes/{new['id']}/withdraw"
        assert code(await firm.post("north_two_dispatcher", path)) == "not_found"
        first, again = await firm.post("north_manager", path), await firm.post("north_one_dispatcher", path)
        assert first.json()["withdrawn_at"] == again.json()["withdrawn_at"] is not None
        assert code(await redeem(firm, new["code"])) == "enrolment_code_wrong"

    async def test_and_what_was_used_is_not_withdrawn(self, firm: Firm) -> None:
        new = await made(firm)
        await redeem(firm, new["code"])
        known = (await firm.post("north_manager", f"/enrolment-codes/{new['id']}/withdraw")).json()
        assert (known["used_at"] is not None, known["withdrawn_at"]) == (True, None)

    async def test_and_not_for_somebody_who_has_left_meanwhile(self, firm: Firm) -> None:
        new = await made(firm)
        owner = firm.people["technician"].user_id
        await db.execute("UPDATE app_user SET active = false WHERE id = $1", owner)
        assert code(await redeem(firm, new["code"])) == "enrolment_code_wrong"
        await db.execute("UPDATE app_user SET active = true, role = 'dispatcher' WHERE id = $1", owner)
        assert code(await redeem(firm, new["code"])) == "enrolment_code_wrong"


class TestGuessing:
    async def test_is_answered_like_a_code_that_was_used(self, firm: Firm) -> None:
        new = await made(firm)
        await redeem(firm, new["code"])
        used = await redeem(firm, new["code"])
        for typed in ("0000-0000-0000", "7KQX-3M2D-VAN", "密码密码密码", "'; DROP TABLE"):
            wrong = await redeem(firm, typed)
            assert (used.status_code, used.json()) == (wrong.status_code, wrong.json()), typed

    async def test_with_what_is_no_request_is_refused_as_such(self, firm: Firm) -> None:
        for body in ({}, {"code": ""}, {"code": "x" * 41}, {"code": 7}, {"code": "0000", "user": "x"}):
            assert code(await firm.client.post("/auth/enrol", json=body)) == "invalid", body

    async def test_locks_the_address_out_and_says_how_long(self, firm: Firm) -> None:
        new = await made(firm)
        codes = [code(await redeem(firm, f"0000-0000-000{n}")) for n in range(6)]
        assert codes == ["enrolment_code_wrong"] * 5 + ["locked_out"]
        right = await redeem(firm, new["code"])
        assert (code(right), 0 < int(right.headers["retry-after"]) <= 30) == ("locked_out", True)
        assert (await shown(firm))[0]["used_at"] is None

    async def test_is_forgiven_by_the_right_one_and_locks_no_login(self, firm: Firm) -> None:
        for _ in range(2):
            for n in range(4):
                await redeem(firm, f"0000-0000-000{n}")
            assert (await redeem(firm, (await made(firm))["code"])).status_code == 200
        answer = await firm.client.post("/auth/login", json={"username": "nobody.here", "password": "x"})
        assert code(answer) == "credentials_wrong"


class TestATypedCode:
    @pytest.mark.parametrize(
        "typed",
        ["7kqx 3m2d 0a14", "7KQX3M2DOAI4", "７ＫＱＸ－３Ｍ２Ｄ－ｏａｌ４", " 7KQX–3M2D—0A14\n", "7.KQX_3M2D。0A14"],
    )
    def test_is_read_however_it_was_typed(self, typed: str) -> None:
        assert enrolment_codes.read_code(typed) == "7KQX3M2D0A14"

    @pytest.mark.parametrize("typed", ["", "7KQX3M2D0A1", "7KQX3M2D0A14A", "7KQX3M2D0AU4", "7KQX3M2D0A1é"])
    def test_that_is_none_of_ours_is_not_looked_for(self, typed: str) -> None:
        assert enrolment_codes.read_code(typed) is None

    def test_is_twelve_characters_and_never_the_same(self) -> None:
        drawn = {enrolment_codes.new_code() for _ in range(50)}
        assert len(drawn) == 50
        assert {enrolment_codes.read_code(enrolment_codes.grouped(each)) for each in drawn} == drawn


class TestOldCodes:
    async def test_are_forgotten_after_ninety_days_when_a_new_one_is_made(self, firm: Firm) -> None:
        first = await made(firm)
        await db.execute("UPDATE enrolment_code SET expires_at = $1", clock.now() - enrolment_store.KEEP)
        second = await made(firm)
        assert first["id"] not in {each["id"] for each in await shown(firm)}
        assert [each["id"] for each in await shown(firm)] == [second["id"]]
