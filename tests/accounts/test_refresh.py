import asyncio
from datetime import timedelta
from typing import Any

from server.platform import clock, db
from tests.accounts.builders import PASSWORD, Firm, code, username_of


async def log_in(firm: Firm, who: str = "auditor") -> dict[str, Any]:
    name = await username_of(firm.people[who])
    answer = await firm.client.post("/auth/login", json={"username": name, "password": PASSWORD})
    body: dict[str, Any] = answer.json()
    return body


async def refresh(firm: Firm, token: str) -> Any:
    return await firm.client.post("/auth/refresh", json={"refresh_token": token})


async def log_out(firm: Firm, token: str) -> Any:
    return await firm.client.post("/auth/logout", json={"refresh_token": token})


class TestAFreshRefreshToken:
    async def test_buys_new_tokens(self, firm: Firm) -> None:
        first = await log_in(firm)
        second = await refresh(firm, first["refresh_token"])
        assert second.status_code == 200
        assert second.json()["refresh_token"] != first["refresh_token"]
        assert second.json()["user"] == first["user"]

    async def test_brings_a_change_of_role_into_the_access_token(self, firm: Firm) -> None:
        tokens = await log_in(firm, "north_one_dispatcher")
        user_id = firm.people["north_one_dispatcher"].user_id
        await db.execute("UPDATE app_user SET role = 'outlet_manager' WHERE id = $1", user_id)
        renewed = (await refresh(firm, tokens["refresh_token"])).json()
        users = await firm.client.get("/users", headers={"authorization": f"Bearer {renewed['access_token']}"})
        assert users.status_code == 200

    async def test_expires(self, firm: Firm) -> None:
        tokens = await log_in(firm)
        await db.execute("UPDATE refresh_token SET expires_at = $1", clock.now() - timedelta(seconds=1))
        assert code(await refresh(firm, tokens["refresh_token"])) == "token_expired"

    async def test_buys_nothing_for_a_user_who_was_made_inactive(self, firm: Firm) -> None:
        tokens = await log_in(firm)
        await db.execute("UPDATE app_user SET active = false WHERE id = $1", firm.people["auditor"].user_id)
        assert code(await refresh(firm, tokens["refresh_token"])) == "token_invalid"

    async def test_that_was_never_issued_buys_nothing(self, firm: Firm) -> None:
        assert code(await refresh(firm, "x" * 43)) == "token_invalid"


class TestAUsedRefreshToken:
    async def test_ends_the_whole_login(self, firm: Firm) -> None:
        first = await log_in(firm)
        second = (await refresh(firm, first["refresh_token"])).json()
        third = (await refresh(firm, second["refresh_token"])).json()
        assert code(await refresh(firm, first["refresh_token"])) == "refresh_reused"
        assert code(await refresh(firm, third["refresh_token"])) == "refresh_reused"

    async def test_leaves_other_logins_of_the_same_person_alone(self, firm: Firm) -> None:
        first, other = await log_in(firm), await log_in(firm)
        second = (await refresh(firm, first["refresh_token"])).json()
        await refresh(firm, second["refresh_token"])
        assert code(await refresh(firm, first["refresh_token"])) == "refresh_reused"
        assert (await refresh(firm, other["refresh_token"])).status_code == 200


class TestAnAnswerThatGotLost:
    async def test_is_given_anew_until_what_it_held_is_used(self, firm: Firm) -> None:
        first = await log_in(firm)
        await refresh(firm, first["refresh_token"])
        again = (await refresh(firm, first["refresh_token"])).json()
        assert (await refresh(firm, again["refresh_token"])).status_code == 200
        assert code(await refresh(firm, first["refresh_token"])) == "refresh_reused"

    async def test_leaves_one_token_good_and_whoever_holds_the_other_ends_the_login(self, firm: Firm) -> None:
        first = await log_in(firm)
        answers = await asyncio.gather(*(refresh(firm, first["refresh_token"]) for _ in range(4)))
        assert [a.status_code for a in answers] == [200] * 4
        good = await db.fetch_value("SELECT count(*) FROM refresh_token WHERE used_at IS NULL AND revoked_at IS NULL")
        given = [a.json()["refresh_token"] for a in answers]
        assert good == 1
        assert sum([(await refresh(firm, each)).status_code == 401 for each in given]) >= 3
        assert {code(await refresh(firm, each)) for each in given} == {"refresh_reused"}


class TestLoggingOut:
    async def test_ends_the_login(self, firm: Firm) -> None:
        tokens = await log_in(firm)
        assert (await log_out(firm, tokens["refresh_token"])).status_code == 204
        assert code(await refresh(firm, tokens["refresh_token"])) == "refresh_reused"

    async def test_again_or_with_an_unknown_token_is_no_error(self, firm: Firm) -> None:
        tokens = await log_in(firm)
        for token in (tokens["refresh_token"], tokens["refresh_token"], "x" * 43):
            assert (await log_out(firm, token)).status_code == 204
