"""Draws the mark as PNGs of the sizes that home screens ask for, with a browser: it is the one that knows SVG.

An icon of purpose `any` keeps the mark's own round corners; a maskable one, and Apple's, which are cut to the
phone's own shape, fill the square with the mark's ground and keep the sign within the middle four fifths.
"""

import os
import re
import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

WEB = Path(__file__).parent.parent / "server" / "web"
MARK = (WEB / "shared" / "look" / "mark.svg").read_text()
FOLDER = WEB / "technician" / "icons"
#: Name → side in pixels, and whether the ground fills the square.
ICONS = {
    "icon-192.png": (192, False),
    "icon-512.png": (512, False),
    "icon-maskable-512.png": (512, True),
    "apple-touch-icon.png": (180, True),
}
#: The sign's size in a square that is filled: what every mask leaves, with air around it.
INNER = 0.78


def draw(browser: Browser, name: str, side: int, filled: bool) -> None:
    page = browser.new_page(viewport={"width": side, "height": side})
    page.set_content(_page(side, filled))
    page.screenshot(path=FOLDER / name, omit_background=True)
    page.close()


def _page(side: int, filled: bool) -> str:
    found = re.search(r'fill="(#[0-9a-f]{6})"', MARK)
    assert found, "the mark has a ground"
    ground, inner = (found[1], round(side * INNER)) if filled else ("transparent", side)
    picture = MARK.replace("<svg ", f'<svg width="{inner}" height="{inner}" ', 1)
    return (
        f"<style>body{{margin:0;height:{side}px;display:grid;place-items:center;background:{ground}}}"
        f"svg{{display:block}}</style>{picture}"
    )


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        named = os.environ.get("CHROMIUM") or shutil.which("chromium")
        chromium = playwright.chromium.launch(executable_path=named, chromium_sandbox=False)
        for icon, (pixels, fills) in ICONS.items():
            draw(chromium, icon, pixels, fills)
        chromium.close()
