"""A signature, drawn with the mouse on the customer's page of the phone."""

from playwright.async_api import Page, expect


async def stroke(page: Page, rise: float) -> None:
    """Across the field, from `rise` of its height to as much from its other edge."""
    await expect(page.locator("dialog.fin-theirs h1")).to_be_focused()  # before that, the page may still scroll
    pad = page.locator("dialog.fin-theirs canvas.pad")
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + rise * box["height"])
    await page.mouse.down()
    await page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + (1 - rise) * box["height"], steps=6)
    await page.mouse.up()
