"""What is sent to OSRM and Valhalla, and what is made of their answers: as their documentation has it."""

import json
from typing import Any

import pytest

from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import Table
from server.dispatch.travel.osrm import Osrm
from server.dispatch.travel.valhalla import Valhalla
from server.dispatch.travel.wire import NO_ROAD, NO_ROUTE, TOO_BIG, TOO_FAR, Fault, Source

BERLIN = [Place(52.517037, 13.388860), Place(52.529407, 13.397634), Place(52.523219, 13.428555)]
OSRM, VALHALLA = Osrm("http://router/osrm"), Valhalla("http://router")

OSRM_SAID = {
    "code": "Ok",
    "sources": [{"location": [13.3888, 52.517033], "hint": "PAMAgEVJAoAUAAAA", "name": "Friedrichstraße"}],
    "durations": [[0, 192.6, 382.8], [199, 0, 283.9], [344.7, 222.3, 0]],
    "distances": [[0, 1886.89, 3791.3], [1824, 0, 2838.09], [3275.36, 2361.73, 0]],
    "data_version": "2017-11-17T21:43:02Z",
}
VALHALLA_SAID = {
    "sources_to_targets": {"durations": [[0, 193], [199, 0]], "distances": [[0.0, 1.887], [1.824, 0.0]]},
    "units": "kilometers",
    "algorithm": "costmatrix",
}


def read(source: Source, said: Any, rows: int = 2, columns: int = 2, status: int = 200) -> Table | Fault:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return source.read(status, body, rows, columns)


def code(answer: Table | Fault) -> str:
    assert isinstance(answer, Fault), answer
    return answer.code


def cells(answer: Table | Fault) -> tuple[Any, Any]:
    assert isinstance(answer, Table), answer
    return answer.seconds.tolist(), answer.metres.tolist()


class TestToOsrm:
    def test_longitude_comes_first_and_indices_say_which_is_which(self) -> None:
        where = "13.38886,52.51704;13.39763,52.52941;13.42855,52.52322"
        asked = "sources=0&destinations=1;2&annotations=duration,distance"
        request = OSRM.request(BERLIN[:1], BERLIN[1:], 0)
        assert request == (f"http://router/osrm/table/v1/driving/{where}?{asked}", None)

    def test_its_own_table_limit_is_kept_by_coordinates(self) -> None:
        assert OSRM.largest.holds(50, 50)
        assert not OSRM.largest.holds(100, 1)


class TestFromOsrm:
    def test_the_example_of_its_documentation(self) -> None:
        seconds, metres = cells(read(OSRM, OSRM_SAID, 3, 3))
        assert seconds == [[0, 193, 383], [199, 0, 284], [345, 223, 0]]
        assert metres[0] == [0, 1887, 3791]

    def test_null_is_no_way(self) -> None:
        said = {"code": "Ok", "durations": [[None, 5]], "distances": [[None, 50]]}
        assert cells(read(OSRM, said, 1, 2)) == ([[NO_ROUTE, 5]], [[NO_ROUTE, 50]])

    @pytest.mark.parametrize(
        ("known", "means"),
        [
            ("TooBig", TOO_BIG),
            ("NoSegment", NO_ROAD),
            ("InvalidUrl", "refused"),
            ("InvalidQuery", "refused"),
            ("InvalidOptions", "refused"),
            ("InvalidValue", "refused"),
            ("NotImplemented", "refused"),
            ("DisabledDataset", "refused"),
        ],
    )
    def test_its_errors(self, known: str, means: str) -> None:
        assert code(read(OSRM, {"code": known, "message": "so it is"}, status=400)) == means

    def test_no_table_means_no_way_at_all(self) -> None:
        assert (
            cells(read(OSRM, {"code": "NoTable", "message": "No table found"}, status=400))[0] == [[NO_ROUTE] * 2] * 2
        )

    @pytest.mark.parametrize("status", [413, 414, 431])
    def test_a_proxy_that_takes_only_shorter_addresses(self, status: int) -> None:
        assert code(read(OSRM, b"<html>", status=status)) == TOO_BIG

    def test_an_ok_that_is_none(self) -> None:
        assert code(read(OSRM, OSRM_SAID, 3, 3, status=500)) == "refused"

    def test_distances_left_out(self) -> None:
        assert code(read(OSRM, {"code": "Ok", "durations": [[0]]}, 1, 1)) == "garbage"


class TestToValhalla:
    def test_json_with_the_local_hour(self) -> None:
        url, body = VALHALLA.request(BERLIN[:1], BERLIN[1:2], hour=20_000 * 24 + 8)
        assert url == "http://router/sources_to_targets"
        assert body is not None
        assert json.loads(body) == {
            "sources": [{"lat": 52.51704, "lon": 13.38886}],
            "targets": [{"lat": 52.52941, "lon": 13.39763}],
            "costing": "auto",
            "units": "kilometers",
            "verbose": False,
            "date_time": {"type": 3, "value": "2024-10-04T08:00"},
            "prioritize_bidirectional": True,
        }


class TestFromValhalla:
    def test_concise(self) -> None:
        assert cells(read(VALHALLA, VALHALLA_SAID)) == ([[0, 193], [199, 0]], [[0, 1887], [1824, 0]])

    def test_verbose_as_older_servers_answer(self) -> None:
        pairs = [[{"from_index": 0, "to_index": 0, "time": 60, "distance": 1.5, "cost": 61.2}]]
        assert cells(read(VALHALLA, {"sources_to_targets": pairs, "units": "miles"}, 1, 1)) == ([[60]], [[2414]])

    def test_null_is_no_way(self) -> None:
        pairs = [[{"from_index": 0, "to_index": 0, "time": None, "distance": None, "cost": None}]]
        assert cells(read(VALHALLA, {"sources_to_targets": pairs}, 1, 1))[0] == [[NO_ROUTE]]

    @pytest.mark.parametrize(
        ("known", "means"),
        [(150, TOO_BIG), (154, TOO_FAR), (170, TOO_FAR), (171, NO_ROAD), (125, "refused"), (100, "refused")],
    )
    def test_its_errors(self, known: int, means: str) -> None:
        said = {"error_code": known, "error": "so it is", "status_code": 400, "status": "Bad Request"}
        assert code(read(VALHALLA, said, status=400)) == means

    def test_no_path_at_all(self) -> None:
        said = {"error_code": 442, "error": "No path could be found for input", "status_code": 400, "status": ""}
        assert cells(read(VALHALLA, said, 1, 2, status=400))[0] == [[NO_ROUTE, NO_ROUTE]]


class TestWhatCannotBeRead:
    @pytest.mark.parametrize("source", [OSRM, VALHALLA], ids=lambda source: source.name)
    @pytest.mark.parametrize(
        "cell",
        [-1, 1e9, 1e400, "12", True, [], {}],
        ids=["negative", "ages", "infinite", "text", "truth", "list", "object"],
    )
    def test_cells_that_are_no_time(self, source: Source, cell: Any) -> None:
        rows = {"durations": [[cell]], "distances": [[1]]}
        said = {"code": "Ok", **rows} if source is OSRM else {"sources_to_targets": rows}
        assert code(read(source, json.dumps(said).replace("Infinity", "1e400").encode(), 1, 1)) == "garbage"

    @pytest.mark.parametrize("source", [OSRM, VALHALLA], ids=lambda source: source.name)
    @pytest.mark.parametrize("rows", [[], [[1]], [[1, 2], [3]], [[1, 2, 3], [4, 5, 6]], [[1, 2]] * 3])
    def test_tables_of_another_shape(self, source: Source, rows: Any) -> None:
        table = {"durations": rows, "distances": rows}
        said = {"code": "Ok", **table} if source is OSRM else {"sources_to_targets": table}
        assert code(read(source, said)) == "garbage"

    @pytest.mark.parametrize("source", [OSRM, VALHALLA], ids=lambda source: source.name)
    @pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"null", b"[]", b"{}", b'{"code":"Ok","dura', b"[" * 100_000])
    def test_bodies(self, source: Source, body: bytes) -> None:
        assert code(read(source, body)) == "garbage"
        assert code(read(source, body, status=503)) == "http_error"
