"""The customer's page in a real Chromium, without JavaScript, under the server's own content policy."""

import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, sync_playwright

from server.platform.headers import CONTENT_SECURITY_POLICY
from server.products.texts import LOCALES, Locale
from server.products.unit_page import ASSETS_URL, STATIC_DIR
from tests.products.test_unit_page import pages

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")]

SHOWN = ("new", "over", "not found")  # the longest page, the one with a recall, the one without a unit
RENDERED = {f"/{name.replace(' ', '-')}/{locale}": html for name, locale, html in pages() if name in SHOWN}
TOUCHED = """[...document.querySelectorAll("a.button, a.language")]
    .map(link => link.getBoundingClientRect().height).filter(height => height > 0)"""
TYPES = {".css": "text/css", ".svg": "image/svg+xml"}


class Pages(BaseHTTPRequestHandler):
    """The rendered pages and their static files, with the headers the server sends."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith(ASSETS_URL):
            file = STATIC_DIR / path.rpartition("/")[2]
            self._answer(file.read_bytes(), TYPES[file.suffix])
        else:
            self._answer(RENDERED[path].encode(), "text/html; charset=utf-8")

    def _answer(self, body: bytes, media_type: str) -> None:
        self.send_response(200)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-security-policy", CONTENT_SECURITY_POLICY)
        self.send_header("x-content-type-options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield chromium
        finally:
            chromium.close()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("size", [(320, 640), (390, 844), (1440, 900)], ids=lambda size: f"{size[0]}x{size[1]}")
class TestEverySize:
    def test_nothing_is_blocked_and_nothing_overflows(
        self, site: str, browser: Browser, locale: Locale, size: tuple[int, int]
    ) -> None:
        width, height = size
        context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
        try:
            page = context.new_page()
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            for path in (path for path in RENDERED if path.endswith(f"/{locale}")):
                page.goto(site + path)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                heights = page.evaluate(TOUCHED)
                assert heights
                assert min(heights) >= 44, "large enough for a thumb"
            assert complaints == []
        finally:
            context.close()


class TestMarks:
    def test_the_content_policy_lets_the_page_use_its_own(self, site: str, browser: Browser) -> None:
        context = browser.new_context(java_script_enabled=False)
        try:
            page = context.new_page()
            with page.expect_response(lambda response: "marks.svg" in response.url) as answer:
                page.goto(f"{site}/new/en")
            assert answer.value.ok
        finally:
            context.close()
