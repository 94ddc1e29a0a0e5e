"""Browsers of the people of the story, and what is kept of their screens."""

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Error, Page, ViewportSize, sync_playwright

Language = Literal["en", "zh-CN"]
LANGUAGES: Sequence[Language] = ("en", "zh-CN")
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)
_SHARP = 1.5  # points per pixel of a phone's page: readable on a large screen, and a third of the weight of 2
_COLOURS = 96  # without dithering; enough for flat pages, and a tenth of the bytes
_PATIENCE_MS = 20_000


@dataclass
class Studio:
    """`missed`: pictures that could not be taken, with the reason."""

    browser: Browser
    url: str
    into: Path
    only: Sequence[str]
    missed: list[str] = field(default_factory=list)

    def phone(self, language: Language, dark: bool = False, script: bool = True) -> Page:
        return self._page(PHONE, language, dark, script, _SHARP)

    def desk(self, language: Language, dark: bool = False) -> Page:
        return self._page(DESK, language, dark, True, 1)

    def _page(self, size: ViewportSize, language: Language, dark: bool, script: bool, sharp: float) -> Page:
        context = self.browser.new_context(
            viewport=size,
            device_scale_factor=sharp,
            locale="zh-CN" if language == "zh-CN" else "en-GB",
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            has_touch=size is PHONE,
            reduced_motion="reduce",
            geolocation={"latitude": 31.2304, "longitude": 121.4737},
        )
        context.set_default_timeout(_PATIENCE_MS)
        page = context.new_page()
        self._grant(page)
        return page

    def _grant(self, page: Page) -> None:
        """As on a phone where the app was installed: the place may be told, and what is stored stays."""
        told = page.context.new_cdp_session(page).send("Target.getTargetInfo")
        granted = {"permissions": ["geolocation", "durableStorage"], "origin": self.url}
        where = {"browserContextId": told["targetInfo"]["browserContextId"]}
        self.browser.new_browser_cdp_session().send("Browser.grantPermissions", granted | where)

    def keep(self, page: Page, name: str, whole: bool = False) -> None:
        """`whole`: as long as the page is; else what the screen shows."""
        if self.only and not any(name.startswith(each) for each in self.only):
            return
        page.mouse.move(0, 0)  # nothing is pointed at
        page.wait_for_timeout(350)  # letters and pictures that are still on their way
        taken = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
        file = self.into / f"tour-{name}.png"
        taken.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
        print(f"{file.name}  {file.stat().st_size // 1000} kB", flush=True)

    @contextlib.contextmanager
    def trying(self, what: str) -> Iterator[None]:
        """One scene that fails leaves its own pictures out, and no others."""
        try:
            yield
        except (Error, AssertionError, LookupError) as fault:
            said = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
            self.missed.append(f"{what}: {said}")
            print(f"missed {what}: {said}", file=sys.stderr, flush=True)


def in_both(page: Page, ready: str, act: Callable[[Language], None], first: Language = "en") -> None:
    """The same screen in one language and then in the other, which it keeps. `ready`: seen once it is there."""
    for language in sorted(LANGUAGES, key=lambda each: each != first):
        page.evaluate("language => localStorage.setItem('onsite.language', language)", language)
        page.reload()
        page.locator(ready).first.wait_for()
        page.wait_for_timeout(600)  # the list may come a moment after the first contact
        act(language)


@contextlib.contextmanager
def opened(url: str, into: Path, only: Sequence[str]) -> Iterator[Studio]:
    named = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named, chromium_sandbox=False)
        yield Studio(browser, url, into, only)
        browser.close()


def log_in(page: Page, address: str, username: str, password: str) -> None:
    page.goto(address)
    page.locator("#username").fill(username)
    page.locator("#password").fill(password)
    page.locator("button[type=submit]").click()
