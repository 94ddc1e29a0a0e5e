from typing import Any
from uuid import uuid4

import pytest
from joserfc.jwk import ECKey, OctKey

from server.accounts import store
from server.platform import db
from tests.accounts.builders import Firm, code, device_key


async def enrol(firm: Firm, who: str, **key: Any) -> Any:
    return await firm.post(who, "/devices", {"public_key": key or device_key(), "name": "手机"})


async def enrolled(firm: Firm, who: str) -> str:
    return str((await enrol(firm, who)).json()["id"])


async def ids_seen(firm: Firm, who: str) -> set[str]:
    return {d["id"] for d in (await firm.get(who, "/devices")).json()["items"]}


class TestEnrolling:
    async def test_gives_the_device_an_identity_of_its_owner(self, firm: Firm) -> None:
        device = (await enrol(firm, "technician")).json()
        assert device["user_id"] == str(firm.people["technician"].user_id)
        assert device["technician_id"] == str(firm.technician)
        assert (device["last_seq"], device["revoked_at"]) == (0, None)

    async def test_keeps_the_public_key_and_nothing_else_of_what_was_sent(self, firm: Firm) -> None:
        key = device_key()
        device = (await enrol(firm, "technician", **key)).json()
        kept = await db.fetch_value("SELECT id FROM device WHERE id = $1", device["id"])
        assert await store.device_key(kept) == {name: key[name] for name in ("kty", "crv", "x", "y")}

    async def test_refuses_a_point_beside_the_curve(self, firm: Firm) -> None:
        key = device_key() | {"y": device_key()["y"]}
        answer = await enrol(firm, "technician", **key)
        assert (answer.status_code, code(answer)) == (422, "key_invalid")

    @pytest.mark.parametrize(
        "change", [{"x": "A" * 43}, {"x": "!" * 43}, {"y": "é" * 43}, {"alg": "ES384"}, {"use": "enc"}]
    )
    async def test_refuses_what_is_no_signing_key(self, firm: Firm, change: dict[str, Any]) -> None:
        assert code(await enrol(firm, "technician", **(device_key() | change))) == "key_invalid"

    @pytest.mark.parametrize(
        "key",
        [
            ECKey.generate_key("P-256").as_dict(private=True),
            ECKey.generate_key("P-384").as_dict(private=False),
            OctKey.generate_key(256).as_dict(),
            {**device_key(), "x": "short"},
        ],
        ids=["private", "P-384", "symmetric", "short"],
    )
    async def test_refuses_other_kinds_of_keys_and_private_ones(self, firm: Firm, key: dict[str, Any]) -> None:
        assert code(await enrol(firm, "technician", **key)) == "invalid"

    async def test_is_not_for_auditors_who_write_nothing(self, firm: Firm) -> None:
        assert code(await enrol(firm, "auditor")) == "forbidden"

    async def test_is_limited_to_thirty_an_hour(self, firm: Firm) -> None:
        answers = [await enrol(firm, "technician") for _ in range(31)]
        assert {a.status_code for a in answers[:30]} == {201}
        assert code(answers[30]) == "too_many_requests"
        assert (await enrol(firm, "north_one_dispatcher")).status_code == 201

    async def test_is_over_for_a_user_who_was_made_inactive(self, firm: Firm) -> None:
        await db.execute("UPDATE app_user SET active = false WHERE id = $1", firm.people["technician"].user_id)
        assert code(await enrol(firm, "technician")) == "token_invalid"


class TestListingDevices:
    async def test_shows_ones_own_and_to_the_office_its_subtree(self, firm: Firm) -> None:
        phone, desk = await enrolled(firm, "technician"), await enrolled(firm, "north_one_dispatcher")
        far, top = await enrolled(firm, "south_one_manager"), await enrolled(firm, "hq_manager")
        assert await ids_seen(firm, "technician") == {phone}
        assert await ids_seen(firm, "north_one_dispatcher") == {phone, desk}
        assert await ids_seen(firm, "north_two_dispatcher") == set()
        assert await ids_seen(firm, "north_manager") == {phone, desk}
        assert await ids_seen(firm, "south_one_manager") == {far}
        assert await ids_seen(firm, "auditor") == {phone, desk, far, top}

    async def test_comes_in_pages(self, firm: Firm) -> None:
        made = [await enrolled(firm, "technician") for _ in range(3)]
        first = (await firm.get("technician", "/devices", limit=2)).json()
        rest = (await firm.get("technician", "/devices", limit=2, cursor=first["next_cursor"])).json()
        assert [d["id"] for d in first["items"] + rest["items"]] == made
        assert rest["next_cursor"] is None


class TestRevoking:
    async def test_ones_own_phone_stays_revoked_since_the_first_time(self, firm: Firm) -> None:
        phone = await enrolled(firm, "technician")
        first = (await firm.post("technician", f"/devices/{phone}/revoke")).json()
        second = (await firm.post("technician", f"/devices/{phone}/revoke")).json()
        assert first["revoked_at"] == second["revoked_at"] is not None

    @pytest.mark.parametrize("who", ["north_one_dispatcher", "north_one_manager", "north_manager", "hq_manager"])
    async def test_is_for_the_office_above(self, firm: Firm, who: str) -> None:
        phone = await enrolled(firm, "technician")
        assert (await firm.post(who, f"/devices/{phone}/revoke")).status_code == 200

    @pytest.mark.parametrize("who", ["north_two_dispatcher", "south_manager", "south_one_manager"])
    async def test_finds_no_device_of_another_subtree(self, firm: Firm, who: str) -> None:
        phone = await enrolled(firm, "technician")
        other = await firm.post(who, f"/devices/{phone}/revoke")
        unknown = await firm.post(who, f"/devices/{uuid4()}/revoke")
        assert (other.status_code, code(other)) == (unknown.status_code, code(unknown)) == (404, "device_unknown")

    async def test_finds_nothing_above_oneself(self, firm: Firm) -> None:
        desk = await enrolled(firm, "north_manager")
        assert code(await firm.post("north_one_dispatcher", f"/devices/{desk}/revoke")) == "device_unknown"

    async def test_is_not_for_technicians_about_others_nor_for_auditors(self, firm: Firm) -> None:
        desk = await enrolled(firm, "north_one_dispatcher")
        assert code(await firm.post("technician", f"/devices/{desk}/revoke")) == "device_unknown"
        assert code(await firm.post("auditor", f"/devices/{desk}/revoke")) == "forbidden"
