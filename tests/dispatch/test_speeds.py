"""The firm's file of speeds."""

from pathlib import Path

import pytest

from server.dispatch.rules import speeds
from server.dispatch.rules.problem import Place
from server.dispatch.rules.travel import Area, GreatCircle
from server.dispatch.speeds import read_speeds
from server.platform.startup import CannotStart
from server.settings import SETTINGS

DOCS = Path(__file__).parents[2] / "docs" / "travel.md"
AREA = '[[area]]\nname = "Puxi"\ncentre = [31.23, 121.47]\nradius_km = 6\nspeeds_kmh = 20\n'
HOURS = ", ".join(["25"] * 23)


class TestAFile:
    def test_says_detour_speeds_and_areas(self) -> None:
        model = speeds.read(f"detour = 1.2\nspeeds_kmh = [{HOURS}, 40]\n{AREA}")
        puxi = Area("Puxi", Place(31.23, 121.47), 6000, 1.2, (20.0,))
        assert model == GreatCircle(1.2, (25.0,) * 23 + (40.0,), areas=(puxi,))

    def test_may_be_empty(self) -> None:
        assert speeds.read("") == GreatCircle()

    def test_the_example_in_its_description_is_one_and_that_of_the_docs(self) -> None:
        example = (speeds.__doc__ or "").split("```")[1]
        assert example in DOCS.read_text()
        model = speeds.read(example.removeprefix("toml"))
        assert isinstance(model, GreatCircle)
        assert model.hourly
        assert model.areas[0].detour == 1.4


class TestAFileThatCannotBeUsed:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("speeds_kmh = ", "It is not TOML"),
            ("speeds_kmh = 0", "> 0.0"),
            ("speeds_kmh = -3", "> 0.0"),
            ("speeds_kmh = 3000", "<= 300"),
            ("speeds_kmh = nan", "It cannot be used"),
            ('speeds_kmh = "fast"', "Expected"),
            (f"speeds_kmh = [{HOURS}]", "length >= 24"),
            (f"speeds_kmh = [{HOURS}, 25, 25]", "length <= 24"),
            (f"speeds_kmh = [{HOURS}, 0]", "> 0.0"),
            ("detour = 0.9", ">= 1.0"),
            ("detour = inf", "<= 5.0"),
            ("speed_kmh = 30", "unknown field `speed_kmh`"),
            (AREA.replace("radius_km = 6", "radius_km = 0"), "> 0.0"),
            (AREA.replace("radius_km = 6\n", ""), "missing required field `radius_km`"),
            (AREA.replace("31.23, 121.47", "121.47, 31.23"), "latitude, longitude"),
            (AREA.replace("31.23, 121.47", "0, 0"), "latitude, longitude"),
            (AREA + AREA, "two areas are called Puxi"),
        ],
    )
    def test_is_refused_with_a_sentence(self, text: str, words: str) -> None:
        answer = speeds.read(text)
        assert isinstance(answer, str)
        assert words in answer


class TestTheDocs:
    def test_name_every_setting_of_travel(self) -> None:
        named = DOCS.read_text()
        assert [
            one.name for one in SETTINGS if one.name.startswith("ONSITE_TRAVEL_") and f"`{one.name}`" not in named
        ] == []


class TestAtTheStart:
    def test_no_file_is_the_usual_model(self) -> None:
        assert read_speeds(None) == GreatCircle()

    def test_a_file_is_read(self, tmp_path: Path) -> None:
        file = tmp_path / "speeds.toml"
        file.write_text("speeds_kmh = 40")
        assert read_speeds(file) == GreatCircle(speeds_kmh=(40.0,))

    @pytest.mark.parametrize(
        "content", [None, b"\xff", b"detour = 0", b"#" * 1_048_577], ids=["none", "bytes", "bad", "long"]
    )
    def test_the_person_who_starts_is_told_what_is_wrong(self, tmp_path: Path, content: bytes | None) -> None:
        file = tmp_path / "speeds.toml"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(CannotStart, match="ONSITE_TRAVEL_SPEEDS"):
            read_speeds(file)
