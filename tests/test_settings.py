"""Settings: read once, every bad value one sentence, and handed on to workers without loss."""

from datetime import timedelta
from pathlib import Path

import pytest

from server.settings import MIB, SETTINGS, Settings, SettingsError, http_url


class TestNothingSaid:
    def test_gives_the_promised_defaults(self) -> None:
        settings = Settings.from_environment({})
        assert settings.data_dir == Path("data").absolute()
        assert settings.database_url is None
        assert (settings.host, settings.port) == ("127.0.0.1", 8000)
        assert settings.access_token_lifetime == timedelta(minutes=15)
        assert settings.refresh_token_lifetime == timedelta(days=30)
        assert (settings.json_limit, settings.push_limit, settings.photo_limit) == (MIB, 4 * MIB, 20 * MIB)
        assert settings.public_url == "http://127.0.0.1:8000"

    def test_an_empty_value_says_nothing(self) -> None:
        assert Settings.from_environment({"ONSITE_PORT": " ", "DATABASE_URL": ""}) == Settings.from_environment({})


GOOD = {
    "ONSITE_DATA": "/srv/onsite",
    "DATABASE_URL": "postgresql://onsite@db/onsite",
    "ONSITE_HOST": "0.0.0.0",
    "ONSITE_PORT": "0",
    "ONSITE_WORKERS": "8",
    "ONSITE_BASE_URL": "https://service.example.com/",
    "ONSITE_ACCESS_TOKEN_MINUTES": "5",
    "ONSITE_REFRESH_TOKEN_DAYS": "7",
    "ONSITE_JSON_LIMIT": "65536",
    "ONSITE_PUSH_LIMIT": "1048576",
    "ONSITE_PHOTO_LIMIT": "2097152",
    "ONSITE_OLDEST_PULL": "2",
    "ONSITE_TOMBSTONE_DAYS": "90",
    "ONSITE_LOG_LEVEL": "DEBUG",
    "ONSITE_TRUSTED_PROXY": "10.0.0.1",
    "ONSITE_TRAVEL_SOURCE": "OSRM",
    "ONSITE_TRAVEL_URL": "http://127.0.0.1:5000/",
    "ONSITE_TRAVEL_PROFILE": "motor_scooter",
    "ONSITE_TRAVEL_TIMEOUT_SECONDS": "5",
    "ONSITE_TRAVEL_LIMIT": "200",
    "ONSITE_TRAVEL_CACHE": "1048576",
    "ONSITE_TRAVEL_CACHE_MINUTES": "90",
    "ONSITE_TRAVEL_SPEEDS": "/srv/speeds.toml",
    "ONSITE_GEOIP_DATABASE": "/srv/cities.mmdb",
}


class TestEverythingSaid:
    def test_is_read(self) -> None:
        settings = Settings.from_environment(GOOD)
        assert settings.access_token_lifetime == timedelta(minutes=5)
        assert settings.public_url == "https://service.example.com"
        assert settings.log_level == "debug"

    def test_survives_the_way_to_a_worker(self) -> None:
        settings = Settings.from_environment(GOOD)
        assert Settings.from_environment(settings.to_environment()) == settings

    def test_no_setting_is_without_a_test(self) -> None:
        assert {setting.name for setting in SETTINGS} == GOOD.keys()
        assert {setting.field for setting in SETTINGS} == set(Settings.__struct_fields__)


class TestTravelFromAServer:
    def test_needs_its_address(self) -> None:
        with pytest.raises(SettingsError) as refused:
            Settings.from_environment({"ONSITE_TRAVEL_SOURCE": "valhalla"})
        assert refused.value.sentences == ["ONSITE_TRAVEL_URL must be set, since ONSITE_TRAVEL_SOURCE is 'valhalla'."]


class TestBadValue:
    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("ONSITE_PORT", "65536", "a whole number from 0 to 65535"),
            ("ONSITE_PORT", "-1", "a whole number from 0 to 65535"),
            ("ONSITE_PORT", "८०", "a whole number from 0 to 65535"),
            ("ONSITE_WORKERS", "0", "a whole number from 1 to 64"),
            ("ONSITE_ACCESS_TOKEN_MINUTES", "0", "a whole number from 1 to 1440"),
            ("ONSITE_BASE_URL", "service.example.com", "an address such as https://service.example.com"),
            ("ONSITE_TRAVEL_SOURCE", "google", "one of great_circle, osrm, valhalla"),
            ("ONSITE_TRAVEL_URL", "127.0.0.1:5000", "an address such as https://service.example.com"),
            ("ONSITE_TRAVEL_PROFILE", "../car", "a name such as driving or auto"),
            ("ONSITE_TRAVEL_LIMIT", "1", "a whole number from 2 to 1000000"),
            ("ONSITE_BASE_URL", "https://service.example.com/?a=b", "an address such as"),
            ("DATABASE_URL", "sqlite:///x", "an address such as postgresql://"),
            ("ONSITE_LOG_LEVEL", "loud", "one of debug, info, warning, error"),
        ],
    )
    def test_is_one_sentence_with_name_value_and_what_it_must_be(self, name: str, value: str, words: str) -> None:
        with pytest.raises(SettingsError) as refusal:
            Settings.from_environment({name: value})
        (sentence,) = refusal.value.sentences
        assert sentence.startswith(f"{name} is {value!r}, but must be ")
        assert words in sentence

    def test_does_not_hide_another(self) -> None:
        with pytest.raises(SettingsError) as refusal:
            Settings.from_environment({"ONSITE_PORT": "x", "ONSITE_WORKERS": "y"})
        assert len(refusal.value.sentences) == 2


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("::1", "http://[::1]:80"), ("a.example", "http://a.example:80")],
)
def test_an_address_is_written_so_that_it_can_be_opened(host: str, url: str) -> None:
    assert http_url(host, 80) == url
