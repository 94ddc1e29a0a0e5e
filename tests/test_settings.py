"""Settings: read once, every bad value one sentence, and handed on to workers without loss."""

from datetime import timedelta
from pathlib import Path

import pytest

from server.platform.storage import Bucket, place_of
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
    "ONSITE_UPLOAD_DAYS": "3",
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
    "ONSITE_MAP_TILES_URL": "https://tiles.example.com/{z}/{x}/{y}.png?key=k",
    "ONSITE_MAP_CREDIT": "© contributors",
    "ONSITE_STORAGE_URL": "s3://photos/onsite/",
    "ONSITE_STORAGE_ENDPOINT": "http://minio:9000",
    "ONSITE_STORAGE_REGION": "cn-north-1",
    "ONSITE_STORAGE_KEY_ID": "key",
    "ONSITE_STORAGE_SECRET": "sesame",
    "ONSITE_STORAGE_PATH_STYLE": "No",
    "ONSITE_STORAGE_FLOOR": "1000000000",
    "ONSITE_SIGNING_KEY": "/srv/signing.pem",
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


class TestABucket:
    def test_is_described_by_its_settings(self) -> None:
        place = place_of(Settings.from_environment(GOOD))
        assert (place.folder, place.floor) == ("/srv/onsite/blobs", 1_000_000_000)
        assert place.bucket == Bucket(
            name="photos",
            prefix="onsite",
            endpoint="http://minio:9000",
            region="cn-north-1",
            key_id="key",
            secret="sesame",
            path_style=False,
        )

    def test_is_named_in_the_path_where_it_is_not_awss(self) -> None:
        given = {"ONSITE_STORAGE_URL": "s3://photos"}
        styles = [
            place_of(Settings.from_environment({**given, **more})).bucket
            for more in ({}, {"ONSITE_STORAGE_ENDPOINT": "http://minio:9000"})
        ]
        assert [bucket and bucket.path_style for bucket in styles] == [False, True]

    def test_is_no_bucket_without_its_address(self) -> None:
        with pytest.raises(SettingsError) as refused:
            Settings.from_environment({"ONSITE_STORAGE_REGION": "cn-north-1"})
        assert refused.value.sentences == ["ONSITE_STORAGE_URL must be set, since ONSITE_STORAGE_REGION is."]

    def test_needs_both_halves_of_a_key(self) -> None:
        with pytest.raises(SettingsError) as refused:
            Settings.from_environment({"ONSITE_STORAGE_URL": "s3://photos", "ONSITE_STORAGE_SECRET": "sesame"})
        assert refused.value.sentences == ["ONSITE_STORAGE_KEY_ID and ONSITE_STORAGE_SECRET belong together."]

    def test_keeps_its_secret_out_of_what_is_printed(self) -> None:
        settings = Settings.from_environment(GOOD)
        assert "sesame" not in f"{settings} {place_of(settings)!r} {place_of(settings)}"
        with pytest.raises(SettingsError) as refused:
            Settings.from_environment({"ONSITE_STORAGE_URL": "s3://key:sesame@photos"})
        assert "sesame" not in str(refused.value)


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
            ("ONSITE_MAP_TILES_URL", "https://tiles.example.com/{z}/{x}.png", "an address such as https://tiles"),
            ("ONSITE_MAP_TILES_URL", "https://t.example.com; script-src x/{z}/{x}/{y}", "an address such as"),
            ("ONSITE_MAP_TILES_URL", "javascript:{z}{x}{y}", "an address such as"),
            ("ONSITE_STORAGE_URL", "https://photos.example.com", "an address such as s3://bucket"),
            ("ONSITE_STORAGE_URL", "s3://photos/../secrets", "an address such as s3://bucket"),
            ("ONSITE_STORAGE_PATH_STYLE", "maybe", "yes or no"),
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
