"""From the settings to travel times, and to a recommendation that says where its own came from."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from server.dispatch.travel import in_use
from server.dispatch.travel.opening import close, opened, source_of
from server.dispatch.travel.osrm import Osrm
from server.dispatch.travel.valhalla import Valhalla
from server.platform.startup import CannotStart
from server.settings import Settings
from tests.dispatch.test_routes import asked, working
from tests.dispatch.travel.standin import routing_server, says
from tests.journeys.firm import Firm

URL = "http://127.0.0.1:5000"


class TestTheSource:
    @pytest.mark.parametrize(
        ("environ", "source"),
        [
            ({}, None),
            ({"ONSITE_TRAVEL_URL": URL}, None),
            ({"ONSITE_TRAVEL_SOURCE": "osrm", "ONSITE_TRAVEL_URL": URL + "/"}, Osrm(URL, "driving", 100)),
            (
                {
                    "ONSITE_TRAVEL_SOURCE": "Valhalla",
                    "ONSITE_TRAVEL_URL": URL,
                    "ONSITE_TRAVEL_PROFILE": "truck",
                },
                Valhalla(URL, "truck", 2500),
            ),
            (
                {"ONSITE_TRAVEL_SOURCE": "osrm", "ONSITE_TRAVEL_URL": URL, "ONSITE_TRAVEL_LIMIT": "500"},
                Osrm(URL, "driving", 500),
            ),
        ],
    )
    def test_is_what_the_settings_say(self, environ: dict[str, str], source: object) -> None:
        assert source_of(Settings.from_environment(environ)) == source

    async def test_is_in_use_while_it_is_open(self) -> None:
        travel = opened(Settings(travel_source="osrm", travel_url=URL))
        assert in_use() is travel
        assert in_use().name == "osrm"
        await close(travel)
        assert in_use().name == "great_circle"

    def test_is_not_opened_with_a_bad_file_of_speeds(self, tmp_path: Path) -> None:
        with pytest.raises(CannotStart, match="ONSITE_TRAVEL_SPEEDS"):
            opened(Settings(travel_speeds=tmp_path / "none.toml"))
        assert in_use().name == "great_circle"


class TestARecommendation:
    async def test_says_that_it_is_estimated(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        travel = (await asked(desk, await firm.job(desk)))["travel"]
        assert (travel["source"], travel["fallback"], travel["cells"]) == ("great_circle", False, 0)

    async def test_comes_from_the_server_or_says_that_it_does_not(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        job = await firm.job(desk)
        async with routing_server() as server:
            settings = Settings(travel_source="osrm", travel_url=server.url, travel_timeout=timedelta(seconds=5))
            travel = opened(settings)
            well = await asked(desk, job)
            await close(travel)
            server.always = says(503, b"")
            travel = opened(msgspec.structs.replace(settings))
            ill = await asked(desk, job)
            await close(travel)
        assert well["travel"] == {
            "source": "osrm",
            "fallback": False,
            "cells": 0,
            "since": None,
            "sentence": {"zh": "路程时间来自 OSRM。", "en": "Travel times come from OSRM."},
        }
        assert len(server.asked) > 1
        assert ill["travel"]["fallback"]
        assert ill["travel"]["cells"] >= 2
        assert ill["travel"]["since"]
        assert len(ill["recommendations"]) == 2
