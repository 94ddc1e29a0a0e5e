"""Labels a second on one core beside plain `qrcode` and `segno`, which draw a symbol and nothing else; and a batch of
10,000 through a server."""

import io
import itertools
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psutil

from schemas.accounts import Role
from scripts.benchmarks import sheet
from scripts.benchmarks.products import shop
from scripts.benchmarks.server import Cluster, Server
from server.products.codes import label_url, unit_link
from server.products.labels.drawing import Drawing, draw
from server.products.labels.layout import Form, human_readable
from server.products.labels.pdf import pdf
from server.products.labels.png import png
from server.products.labels.sheets import SHEETS
from server.products.labels.svg import svg
from server.products.labels.zpl import zpl
from server.products.rules.refusal import Refusal
from server.products.rules.serial import SERIAL_BYTES, make_serial

ROUNDS = 3
BATCH = 10_000
_HOST = "https://service.example.com"
_SHEET = "L7160"

Make = Callable[[str, str], object]


def measure(scale: float) -> None:
    sheet.head("Labels", "one core, every label another serial; theirs are the bare symbol of the same link at level Q")
    count = max(20, int(300 * scale))
    ours: dict[str, Make] = {"PNG, 300 dpi": _png, "SVG": _svg, "ZPL, 203 dpi": _zpl}
    rates = {name: _rate(make, count) for name, make in ours.items()}
    rates["PDF, sheets"] = _rate_of_sheets(count)
    beside = {(kind, name): _rate(make, max(20, count // 6)) for name, kind, make in _others()}
    for name, rate in rates.items():
        against = [f"{rate / theirs:.1f}× {other}" for (kind, other), theirs in beside.items() if kind == name[:3]]
        sheet.row(f"ours: {name}", rate, "labels/s", beside=", ".join(against))
    for (kind, name), rate in beside.items():
        sheet.row(f"{name}: {kind}", rate, "symbols/s")


def _drawn(gtin: str, serial: str, dpi: int = 300) -> Drawing:
    drawing = draw(label_url(_HOST, gtin, serial), human_readable(unit_link(_HOST, gtin, serial)), Form(dpi=dpi))
    assert not isinstance(drawing, Refusal)
    return drawing


def _png(gtin: str, serial: str) -> bytes:
    return png(_drawn(gtin, serial))


def _svg(gtin: str, serial: str) -> bytes:
    return svg(_drawn(gtin, serial))


def _zpl(gtin: str, serial: str) -> bytes:
    return zpl(_drawn(gtin, serial, 203))


def _others() -> Iterator[tuple[str, str, Make]]:
    """Library, format, how."""
    import qrcode
    import qrcode.image.svg

    def by_qrcode(gtin: str, serial: str, factory: Any = None) -> bytes:
        code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_Q, border=4)
        code.add_data(label_url(_HOST, gtin, serial), optimize=0)
        out = io.BytesIO()
        code.make_image(image_factory=factory).save(out)
        return out.getvalue()

    yield "qrcode", "PNG", by_qrcode
    yield "qrcode", "SVG", lambda gtin, serial: by_qrcode(gtin, serial, qrcode.image.svg.SvgPathImage)
    try:
        import segno
    except ImportError:
        sheet.note("segno is not installed: scripts/bench products installs requirements-bench.lock")
        return

    def by_segno(gtin: str, serial: str, kind: str) -> bytes:
        out = io.BytesIO()
        segno.make_qr(label_url(_HOST, gtin, serial), error="q", boost_error=False).save(out, kind=kind, border=4)
        return out.getvalue()

    for kind in ("png", "svg", "pdf"):
        yield "segno", kind.upper(), partial(by_segno, kind=kind)


def _rate(make: Make, count: int) -> float:
    """The best of some rounds, each with serials nobody has seen."""
    best = 0.0
    make(shop.GTIN, _serial())
    for _ in range(ROUNDS):
        serials = [_serial() for _ in range(count)]
        began = time.perf_counter()
        for serial in serials:
            make(shop.GTIN, serial)
        best = max(best, count / (time.perf_counter() - began))
    return best


def _rate_of_sheets(count: int) -> float:
    best = 0.0
    for _ in range(ROUNDS):
        serials = [_serial() for _ in range(count)]
        began = time.perf_counter()
        pdf((_drawn(shop.GTIN, serial) for serial in serials), SHEETS[_SHEET])
        best = max(best, count / (time.perf_counter() - began))
    return best


def _serial() -> str:
    return make_serial(secrets.token_bytes(SERIAL_BYTES))


# ------------------------------------------------------------------------------------------------------------ a batch


def batch(cluster: Cluster, server: Server, outlet_id: UUID, scale: float) -> None:
    """Each format of so many new units, one after the other; memory is that of all processes of the server."""
    labels = max(100, int(BATCH * scale))
    sheet.head("A batch", f"{labels:,} new units and their labels, made by a server of one process, durable commits")
    token = cluster.token(Role.HQ_MANAGER, uuid4())
    for kind, more in _FORMATS.items():
        began, before = time.perf_counter(), _memory(server)
        asked = {"format": kind, **more, "make": {"gtin": shop.GTIN, "outlet_id": str(outlet_id), "count": labels}}
        made = server.call("POST", "/label-batches", asked, token)
        most, halfway = before, 0
        for _ in itertools.count():
            time.sleep(0.2)
            most = max(most, _memory(server))
            made = server.call("GET", f"/label-batches/{made['id']}", None, token)
            halfway = halfway or (most if made["done"] >= labels // 2 else 0)
            if made["state"] != "making":
                break
        assert made["state"] == "ready", made
        seconds = time.perf_counter() - began
        grown = f"memory +{(halfway - before) >> 20} MiB half-way, +{(most - before) >> 20} MiB at most"
        sheet.row(
            kind.upper(), labels / seconds, "labels/s", beside=f"{seconds:.1f} s, {made['size'] / 1e6:.1f} MB; {grown}"
        )


_FORMATS: Mapping[str, dict[str, Any]] = {"pdf": {"sheet": _SHEET}, "zpl": {}, "png": {}, "svg": {}}


def _memory(server: Server) -> int:
    processes = psutil.Process(server.process.pid).children(recursive=True)
    return sum(_rss(process) for process in processes if "postgres" not in process.name())


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
