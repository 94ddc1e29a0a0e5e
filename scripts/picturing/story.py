"""One story through the three faces: a customer scans and asks; the dispatcher sees it and assigns; the technician
works offline and has it signed; it is sealed, and anybody can check it; managers look at what they promise."""

import io
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import qrcode
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, expect

from scripts.fieldday.calls import Person
from scripts.picturing.firm import Account, Firm, assign, on_duty
from scripts.picturing.studio import LANGUAGES, Language, Studio, in_both, log_in
from server.portal.texts import TEXTS
from server.products.texts import pick

_LINE = "air_conditioner"
_WORDS = {"zh-CN": "昨天下午开始吹热风。", "en": "Blows warm air since yesterday."}


def told(studio: Studio, firm: Firm) -> None:
    """Scenes in their order; what a later one needs of an earlier is asked of the server."""
    desk = firm.log_in("dispatcher")
    unit = _product(desk)
    with studio.trying("the customer"):
        _customer_asks(studio, unit)
    job = _asked(desk, unit)
    with studio.trying("the desk"):
        _dispatcher_sees(studio, firm, job)
    technician = firm.log_in("technician").user["technician_id"]
    _assigned(firm, desk, job, technician)
    with studio.trying("the technician"):
        _technician_works(studio, firm, desk, job, unit)
    with studio.trying("the follow-up"):
        _customer_follows(studio, desk, job)
    with studio.trying("the rest of the desk"):
        _desk_looks_around(studio, firm)
    with studio.trying("the managers"):
        _managers_look(studio, firm)


# ---- 1. the customer


def _product(desk: Person) -> dict[str, Any]:
    """An air conditioner sold last summer, whose owner waits for no visit."""
    waited_for = {job["unit_id"] for job in desk.pages("/jobs") if job["state"] not in _OVER}
    fitting = [
        unit
        for unit in desk.pages("/units")
        if unit["line_code"] == _LINE and unit["installed_on"] and unit["proof"] == "valid"
        if unit["id"] not in waited_for and unit["withdrawn_on"] is None
    ]
    sold_last_year = f"{datetime.now(UTC).year - 1}-06"
    return min(fitting, key=lambda unit: (str(unit["sold_on"]) < sold_last_year, str(unit["sold_on"])))


_OVER = {"completed", "closed", "cancelled", "cannot_complete"}


def _customer_asks(studio: Studio, unit: dict[str, Any]) -> None:
    code = urlsplit(unit["url"]).path
    for language in LANGUAGES:
        page = studio.phone(language, script=False)
        page.goto(f"{studio.url}{code}?lang={language}")
        studio.keep(page, f"1-code-{language}", whole=True)
        page.context.close()
    page = studio.phone("en", script=False)
    page.goto(f"{studio.url}/service?code={code}&lang=en")
    _fill_request(page, "en")
    studio.keep(page, "2-promise-en", whole=True)
    page.get_by_role("button", name=_said("review_send", "en"), exact=True).click()
    page.get_by_text(_said("follow_sent_title", "en")).wait_for()
    studio.keep(page, "3-sent-en", whole=True)
    page.context.close()


def _fill_request(page: Page, language: Language) -> None:
    symptoms = page.locator("select").first
    cooling = symptoms.locator("option", has_text=re.compile("cool|warm|制冷"))
    symptoms.select_option(index=1) if cooling.count() == 0 else symptoms.select_option(
        label=cooling.first.inner_text()
    )
    page.locator("#words").fill(_WORDS[language])
    page.locator("#name").fill("李梅")
    page.locator("#address").fill("南京西路 1266 号 12 楼")
    page.locator("#phone").fill("138 0000 0000")
    page.locator("label", has_text=_said("part_morning", language)).first.click()
    page.locator("#consent").check()
    page.get_by_role("button", name=_said("to_review", language), exact=True).click()
    page.get_by_role("button", name=_said("review_send", language), exact=True).wait_for()


def _said(key: str, language: Language) -> str:
    return pick(TEXTS[key], language)


def _asked(desk: Person, unit: dict[str, Any]) -> dict[str, Any]:
    return next(job for job in desk.pages("/jobs", state="new") if job["unit_id"] == unit["id"])


def _customer_follows(studio: Studio, desk: Person, job: dict[str, Any]) -> None:
    link = desk.post(f"/jobs/{job['id']}/follow-link")["url"]
    page = studio.phone("en", script=False)
    page.goto(f"{studio.url}{urlsplit(link).path}?lang=en")
    studio.keep(page, "12-judge-en", whole=True)
    page.context.close()


# ---- 2. the dispatcher


def _dispatcher_sees(studio: Studio, firm: Firm, job: dict[str, Any]) -> None:
    page = _at_the_desk(studio, firm.first("dispatcher"), "en")
    studio.keep(page, "4-queue-en")
    page.context.close()
    dark = _at_the_desk(studio, firm.first("dispatcher"), "zh-CN", dark=True)
    dark.goto(f"{studio.url}/desk/?job={job['id']}")
    dark.locator(".proposal").first.scroll_into_view_if_needed()
    studio.keep(dark, "5-proposals-zh-CN-dark")
    dark.context.close()


def _at_the_desk(studio: Studio, who: Account, language: Language, dark: bool = False) -> Page:
    page = studio.desk(language, dark)
    log_in(page, f"{studio.url}/desk/", who.username, who.password)
    page.locator(".live[data-state=live]").wait_for()
    page.locator(".queue-row").first.wait_for()
    return page


def _assigned(firm: Firm, desk: Person, job: dict[str, Any], technician: str) -> None:
    """This job next, and two that were waiting after it: a day that looks like one."""
    on_duty(firm.log_in("outlet_manager"), technician)
    assign(desk, job, technician, 10)
    waiting = [each for each in desk.pages("/jobs", state="new") if each["promise_state"] in ("running", "unplanned")]
    for number, other in enumerate(waiting[:2], start=1):
        assign(desk, other, technician, 90 * number)


def _desk_looks_around(studio: Studio, firm: Firm) -> None:
    page = _at_the_desk(studio, firm.first("dispatcher"), "en")
    for name, address in _VIEWS.items():
        with studio.trying(name):
            page.goto(f"{studio.url}/desk/?page={address}")
            page.locator("main").first.wait_for()
            page.wait_for_timeout(1500)
            if name == "14-plan":
                page.locator("main a", has_text=re.compile("Draft|promises")).first.click()
                page.wait_for_timeout(1500)
            studio.keep(page, f"{name}-en")
    page.context.close()
    page = _at_the_desk(studio, firm.first("centre_manager"), "zh-CN")
    page.goto(f"{studio.url}/desk/?page=timeline&zoom=0")
    page.wait_for_timeout(2000)
    studio.keep(page, "6-timeline-zh-CN")
    page.context.close()


_VIEWS = {
    "6-map": "map",
    "14-plan": "plan",
    "15-reviews": "reviews",
    "17-intake": "intake",
    "17-people": "people",
}


# ---- 3. the technician

_ONLINE = ".sync-bar[data-state=online]"


def _technician_works(studio: Studio, firm: Firm, desk: Person, job: dict[str, Any], unit: dict[str, Any]) -> None:
    page = studio.phone("en")
    who = firm.first("technician")
    log_in(page, f"{studio.url}/app/", who.username, who.password)
    page.locator(f'a[href*="{job["id"]}"]').first.wait_for()
    in_both(page, _ONLINE, lambda language: studio.keep(page, f"7-today-{language}"), first="zh-CN")
    page.goto(f"{studio.url}/app/?job={job['id']}")
    in_both(page, _ONLINE, lambda language: studio.keep(page, f"8-job-{language}"), first="zh-CN")
    for step in ("Accept", "Set off", "I have arrived"):
        _step(page, step)
    page.context.set_offline(True)
    with studio.trying("the scan"):
        page.get_by_role("link", name=re.compile("Scan")).or_(
            page.get_by_role("button", name=re.compile("Scan"))
        ).first.click()
        page.locator("#typed-serial").fill(unit["serial"][-4:])
        page.keyboard.press("Enter")
        page.locator(".typed-found .scan-choice button, .verdict-words").first.wait_for()
        if page.locator(".typed-found .scan-choice button").count():
            page.locator(".typed-found .scan-choice button").first.click()
        page.get_by_text("This is the product of the job.").wait_for()
        studio.keep(page, "9-scan-en")
        page.get_by_role("button", name="Confirm: I stand before it").click()
        page.get_by_role("button", name="Back to the job").last.click()
    _step(page, "Start work")
    with studio.trying("the work"):
        _work(studio, page)
    with studio.trying("the finish"):
        _finish(studio, page)
    page.context.set_offline(False)
    with studio.trying("the seal"):
        page.get_by_text("Nobody can change it unnoticed any more").wait_for(timeout=60_000)
        studio.keep(page, "11-sealed-en")
        code = page.get_by_role("link", name="Open the check").get_attribute("href")
        stranger = studio.phone("en", script=False)
        stranger.goto(f"{studio.url}{urlsplit(code or '').path}")
        studio.keep(stranger, "12-verify-en", whole=True)
        stranger.context.close()
    with studio.trying("the technician's own screen"):
        page.evaluate("localStorage.setItem('onsite.language', 'zh-CN')")
        page.reload()
        page.locator(_ONLINE).wait_for()
        _turn_to(page, "?view=me")
        studio.keep(page, "13-me-zh-CN")
    page.context.close()


def _step(page: Page, words: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{words}")).first.click()
    page.wait_for_timeout(900)  # a second tap of the same thumb is not the next step


def _finish(studio: Studio, page: Page) -> None:
    _step(page, "Finish with")
    page.get_by_role("textbox", name="What was found").fill("室内机温度传感器失准。")
    page.get_by_role("textbox", name="What was done", exact=True).fill("已更换温度传感器，试机十分钟，制冷正常。")
    studio.keep(page, "10-report-en")
    shown = page.get_by_role("button", name="Show it to the customer").or_(
        page.get_by_role("button", name="Show it all the same")
    )
    shown.first.click()
    page.get_by_role("button", name="Next").first.click()
    with studio.trying("the judgement"):
        page.get_by_role("button", name="All of it").click()
        page.get_by_role("radio", name=re.compile("^5")).check(force=True)
        studio.keep(page, "10-judge-en")
    page.get_by_role("button", name=re.compile("^(Next|Skip)$")).first.click()
    pad = page.locator("[data-pad], canvas").first
    _sign(page, pad)
    page.get_by_label("Name").fill("李梅")
    studio.keep(page, "10-sign-en")
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("Saved on this phone").wait_for()
    studio.keep(page, "11-saved-en")
    signed = page.url
    _turn_to(page, "?view=outbox")
    studio.keep(page, "11-outbox-en")
    _turn_to(page, urlsplit(signed).query and f"?{urlsplit(signed).query}")


def _turn_to(page: Page, address: str) -> None:
    """As a link within the app does, which needs no network."""
    page.evaluate(
        "address => { history.pushState(null, '', address); dispatchEvent(new PopStateEvent('popstate')); }", address
    )
    page.locator("main h1").first.wait_for()


def _work(studio: Studio, page: Page) -> None:
    for item in page.locator(".checklist input[type=checkbox]").all():
        item.check()
    page.locator("main input[type=file]").first.set_input_files(_photo())
    page.locator(".checklist").first.scroll_into_view_if_needed()
    page.wait_for_timeout(1500)
    studio.keep(page, "10-work-en")


def _photo() -> FilePayload:
    """Of a nameplate: what is photographed most."""
    plate = Image.new("RGB", (1200, 900), (196, 200, 204))
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle((120, 120, 1080, 780), 24, fill=(232, 234, 236), outline=(90, 96, 104), width=6)
    draw.text((190, 190), "HEGUANG  KFR-26GW\n220 V~  50 Hz  820 W\nR32  0.72 kg", fill=(30, 34, 40), font_size=54)
    code = qrcode.make("HTTPS://ID.EXAMPLE.COM/01/09521240001011", box_size=9).get_image().convert("RGB")
    plate.paste(code, (690, 420))
    written = io.BytesIO()
    plate.save(written, "JPEG", quality=85)
    return FilePayload(name="plate.jpg", mimeType="image/jpeg", buffer=written.getvalue())


def _sign(page: Page, pad: Locator) -> None:
    """A name in a few strokes."""
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None, "the pad is on the screen"
    for stroke in _STROKES:
        points = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=6)
        page.mouse.up()
    expect(pad).to_be_visible()


#: In parts of the pad.
_STROKES = (
    ((0.18, 0.35), (0.45, 0.32)),
    ((0.31, 0.18), (0.31, 0.55)),
    ((0.31, 0.36), (0.18, 0.54)),
    ((0.31, 0.36), (0.45, 0.52)),
    ((0.2, 0.62), (0.42, 0.6), (0.3, 0.7), (0.32, 0.88), (0.24, 0.82)),
    ((0.16, 0.74), (0.46, 0.71)),
    ((0.56, 0.3), (0.84, 0.26)),
    ((0.69, 0.16), (0.69, 0.85)),
    ((0.69, 0.42), (0.56, 0.66)),
    ((0.7, 0.42), (0.86, 0.62)),
)


# ---- 4. the managers


def _managers_look(studio: Studio, firm: Firm) -> None:
    who = firm.first("hq_manager")
    page = studio.desk("en")
    log_in(page, f"{studio.url}/desk/admin", who.username, who.password)
    page.locator("#password").wait_for(state="detached")
    for name, query in _ADMIN.items():
        with studio.trying(name):
            page.goto(f"{studio.url}/desk/admin?{query}")
            page.locator("main").first.wait_for()
            if name == "18-policies":
                _what_would_be(page)
            page.wait_for_timeout(1200)
            studio.keep(page, f"{name}-en")
    page.context.close()


def _what_would_be(page: Page) -> None:
    """Eight hours instead of twelve, by last month's jobs."""
    page.get_by_text("On site for a repair within 12 hours").first.click()
    page.get_by_role("link", name="Next version").or_(page.get_by_role("button", name="Next version")).first.click()
    page.locator("main form input[type=number], main form input[inputmode=numeric]").first.fill("8")
    page.get_by_role("button", name="See what it would have promised").click()
    page.get_by_text("Arrivals on site").first.scroll_into_view_if_needed()


_ADMIN = {
    "18-policies": "part=policies",
    "18-measures": "part=measures",
}
