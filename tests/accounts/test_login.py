import asyncio
import base64
from datetime import timedelta
from typing import Any

import argon2
import pytest

from schemas.accounts import Role
from schemas.errors import Code
from server.accounts import actions, passwords
from server.platform import clock, db
from server.platform.auth import issue_token
from server.platform.errors import Refused
from tests.accounts.builders import PASSWORD, Firm, code, user, username_of


async def log_in(firm: Firm, username: str, password: str = PASSWORD) -> Any:
    return await firm.client.post("/auth/login", json={"username": username, "password": password})


async def fail(firm: Firm, username: str, times: int) -> list[Any]:
    return [await log_in(firm, username, "not the password") for _ in range(times)]


class TestARightPassword:
    async def test_gives_tokens_and_says_who_it_is(self, firm: Firm) -> None:
        answer = await log_in(firm, await username_of(firm.people["technician"]))
        body = answer.json()
        assert answer.status_code == 200
        assert (body["expires_in"], body["token_type"]) == (900, "Bearer")
        assert body["user"]["role"] == "technician"
        assert body["user"]["technician_id"] == str(firm.technician)

    async def test_gives_an_access_token_that_opens_me(self, firm: Firm) -> None:
        body = (await log_in(firm, await username_of(firm.people["auditor"]))).json()
        me = await firm.client.get("/auth/me", headers={"authorization": f"Bearer {body['access_token']}"})
        assert me.json() == body["user"]

    async def test_is_not_kept_from_the_name_by_capitals_or_blanks(self, firm: Firm) -> None:
        name = await username_of(firm.people["auditor"])
        assert (await log_in(firm, f" {name.upper()} ")).status_code == 200

    async def test_leaves_only_the_digest_of_the_refresh_token_behind(self, firm: Firm) -> None:
        body = (await log_in(firm, await username_of(firm.people["auditor"]))).json()
        kept = [r["digest"] for r in await db.fetch("SELECT digest FROM refresh_token")]
        assert len(kept) == 1
        assert body["refresh_token"] not in kept

    async def test_is_hashed_anew_when_the_parameters_have_changed(self, firm: Firm) -> None:
        caller = firm.people["auditor"]
        old = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
        await db.execute("UPDATE app_user SET password_hash = $2 WHERE id = $1", caller.user_id, old)
        assert (await log_in(firm, await username_of(caller))).status_code == 200
        renewed = await db.fetch_value("SELECT password_hash FROM app_user WHERE id = $1", caller.user_id)
        assert not passwords.outdated(renewed)
        assert (await log_in(firm, await username_of(caller))).status_code == 200


class TestAWrongPassword:
    async def test_is_answered_like_an_unknown_name(self, firm: Firm) -> None:
        (wrong,) = await fail(firm, await username_of(firm.people["auditor"]), 1)
        (unknown,) = await fail(firm, "nobody.here", 1)
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.json() == unknown.json()
        assert code(wrong) == "credentials_wrong"

    async def test_takes_one_hash_of_work_for_known_and_unknown_names(
        self, firm: Firm, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counted: list[str | None] = []
        original = passwords._verify

        def counting(password_hash: str | None, password: str) -> bool:
            counted.append(password_hash)
            return original(password_hash, password)

        monkeypatch.setattr(passwords, "_verify", counting)
        await fail(firm, await username_of(firm.people["auditor"]), 1)
        await fail(firm, "nobody.here", 1)
        await fail(firm, "Nobody ever\thas this name", 1)
        assert [h is None for h in counted] == [False, True, True]

    @pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
    async def test_locks_the_name_at_the_fifth_whether_or_not_anybody_has_it(self, firm: Firm, known: bool) -> None:
        name = await username_of(firm.people["auditor"]) if known else "nobody.here"
        codes = [code(a) for a in await fail(firm, name, 6)]
        assert codes == ["credentials_wrong"] * 5 + ["locked_out"]

    async def test_once_locked_keeps_the_right_one_out_and_says_how_long(self, firm: Firm) -> None:
        name = await username_of(firm.people["auditor"])
        await fail(firm, name, 5)
        answer = await log_in(firm, name)
        assert (answer.status_code, code(answer)) == (429, "locked_out")
        assert 0 < int(answer.headers["retry-after"]) <= 30

    async def test_locks_nobody_else(self, firm: Firm) -> None:
        await fail(firm, "nobody.here", 6)
        assert (await log_in(firm, await username_of(firm.people["auditor"]))).status_code == 200

    async def test_is_forgiven_by_the_right_one(self, firm: Firm) -> None:
        name = await username_of(firm.people["auditor"])
        for _ in range(3):
            await fail(firm, name, 4)
            assert (await log_in(firm, name)).status_code == 200

    async def test_guessed_many_times_at_once_gets_no_further_than_in_turn(self, firm: Firm) -> None:
        name = await username_of(firm.people["auditor"])
        answers = await asyncio.gather(*(log_in(firm, name, f"guess {n}") for n in range(12)))
        assert sorted(code(a) for a in answers) == ["credentials_wrong"] * 5 + ["locked_out"] * 7

    async def test_is_not_written_down_when_it_was_typed_as_the_name(self, firm: Firm) -> None:
        await fail(firm, "My Secret Passphrase!", 1)
        kept = [r["username"] for r in await db.fetch("SELECT username FROM login_failures")]
        assert not any("secret" in name.lower() for name in kept)


class TestOneAddressThatTriesManyNames:
    async def test_is_locked_out_whatever_name_comes_next(self, firm: Firm) -> None:
        await fail(firm, "nobody.0", 1)
        await db.execute("UPDATE login_failures SET failures = 99 WHERE username LIKE '@%'")
        await fail(firm, "nobody.1", 1)
        assert code(await log_in(firm, await username_of(firm.people["auditor"]))) == "locked_out"

    async def test_gets_back_what_succeeded(self, firm: Firm) -> None:
        for _ in range(3):
            await log_in(firm, await username_of(firm.people["auditor"]))
        assert await db.fetch_value("SELECT failures FROM login_failures WHERE username LIKE '@%'") == 0


class TestAnInactiveUser:
    async def test_cannot_log_in_and_is_answered_like_an_unknown_one(self, firm: Firm) -> None:
        caller = firm.people["auditor"]
        await db.execute("UPDATE app_user SET active = false WHERE id = $1", caller.user_id)
        assert code(await log_in(firm, await username_of(caller))) == "credentials_wrong"

    async def test_is_nobody_to_me(self, firm: Firm) -> None:
        caller = firm.people["auditor"]
        await db.execute("UPDATE app_user SET active = false WHERE id = $1", caller.user_id)
        assert code(await firm.get(caller, "/auth/me")) == "token_invalid"


class TestAnAccessToken:
    async def refusal(self, firm: Firm, authorization: str | None) -> Any:
        headers = {} if authorization is None else {"authorization": authorization}
        return await firm.client.get("/auth/me", headers=headers)

    @pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Token x"])
    async def test_must_be_there(self, firm: Firm, authorization: str | None) -> None:
        answer = await self.refusal(firm, authorization)
        assert (answer.status_code, code(answer)) == (401, "not_authenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_expires(self, firm: Firm) -> None:
        past = clock.now() - timedelta(hours=1)
        token = issue_token(firm.key, firm.people["auditor"], past, timedelta(minutes=15))
        assert code(await self.refusal(firm, f"Bearer {token}")) == "token_expired"

    async def test_signed_with_another_key_is_forged(self, firm: Firm) -> None:
        token = issue_token(b"k" * 32, firm.people["hq_manager"], clock.now(), timedelta(minutes=15))
        assert code(await self.refusal(firm, f"Bearer {token}")) == "token_invalid"

    @pytest.mark.parametrize(
        "header", ['{"alg":"none"}', '{"alg":"None","typ":"JWT"}', '{"alg":"RS256"}', "{}", "[]", "x"]
    )
    async def test_of_another_algorithm_is_forged(self, firm: Firm, header: str) -> None:

        token = issue_token(firm.key, firm.people["hq_manager"], clock.now(), timedelta(minutes=15))
        _, claims, signature = token.split(".")
        head = base64.urlsafe_b64encode(header.encode()).rstrip(b"=").decode()
        for forged in (f"{head}.{claims}.", f"{head}.{claims}.{signature}"):
            assert code(await self.refusal(firm, f"Bearer {forged}")) == "token_invalid"

    @pytest.mark.parametrize("token", ["x", "a.b.c", "....", "é", "a" * 5000])
    async def test_that_is_none_at_all_is_invalid(self, firm: Firm, token: str) -> None:
        answer = await firm.client.get("/auth/me", headers=[(b"authorization", f"Bearer {token}".encode())])
        assert code(answer) == "token_invalid"

    async def test_with_another_role_written_into_it_is_forged(self, firm: Firm) -> None:
        mine = issue_token(firm.key, firm.people["technician"], clock.now(), timedelta(minutes=15)).split(".")
        boss = issue_token(firm.key, firm.people["hq_manager"], clock.now(), timedelta(minutes=15)).split(".")
        assert code(await self.refusal(firm, f"Bearer {mine[0]}.{boss[1]}.{mine[2]}")) == "token_invalid"


class TestTheFirstAdministrator:
    async def test_is_an_hq_manager_who_can_log_in(self, firm: Firm) -> None:
        await actions.create_admin("the.boss", "老板", PASSWORD)
        answer = await log_in(firm, "the.boss")
        assert answer.json()["user"]["role"] == Role.HQ_MANAGER

    async def test_cannot_take_a_name_that_is_taken(self, firm: Firm) -> None:
        await user(Role.HQ_MANAGER, username="taken")
        with pytest.raises(Refused) as refusal:
            await actions.create_admin("taken", "老板", PASSWORD)
        assert refusal.value.code is Code.USERNAME_TAKEN

    @pytest.mark.parametrize(
        ("username", "name", "password"),
        [
            ("A b", "n", PASSWORD),
            ("x", "n", PASSWORD),
            ("good", "", PASSWORD),
            ("good", "n", "short"),
            ("good", "n\u202e", PASSWORD),
        ],
    )
    async def test_is_described_like_any_user(self, firm: Firm, username: str, name: str, password: str) -> None:
        with pytest.raises(Refused) as refusal:
            await actions.create_admin(username, name, password)
        assert refusal.value.code in (Code.INVALID, Code.TEXT_FORBIDDEN_CHARACTER)
