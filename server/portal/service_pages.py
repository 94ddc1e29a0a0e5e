"""The pages of a customer's request put together: form, review, state, judgement. No I/O but reading templates."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from server.evidence.images.rules import MOST_BYTES
from server.platform import clock
from server.portal import judging
from server.portal.asking import Product, Review
from server.portal.firm import Firm
from server.portal.following import Opened, wished_time
from server.portal.forms import address
from server.portal.rendering import render
from server.portal.rules.asked import DAYS_AHEAD, OTHER
from server.portal.rules.following import OPEN, STEPS, Clock, minutes_of
from server.portal.texts import say
from server.products.rules.refusal import Text
from server.products.rules.sentences import sentence_of
from server.products.texts import Locale, date_text, moment_text, pick


class _Fields(dict[str, str]):
    """What stands in a form; a field that was not written is empty."""

    def __missing__(self, _: str) -> str:
        return ""


PARTS: Final = ("any", "morning", "afternoon", "evening")
_NOTHING: Final[Mapping[str, str]] = {}
_WEEKDAYS: Final = (
    *(Text("周一", "Mon"), Text("周二", "Tue"), Text("周三", "Wed"), Text("周四", "Thu"), Text("周五", "Fri")),
    *(Text("周六", "Sat"), Text("周日", "Sun")),
)


def form(
    product: Product,
    ours: Firm,
    locale: Locale,
    written: Mapping[str, str] = _NOTHING,
    faults: Mapping[str, str] = _NOTHING,
    *,
    again: bool = False,
    kept_photos: int = 0,
) -> str:
    """`written`: what stands in the fields; `faults`: field → key of a text; `again`: photos were chosen, and a browser
    does not choose them again by itself; `kept_photos`: of the draft that is being changed."""
    return render(
        "service_form.html",
        locale,
        form_id="request",
        brand=ours.brand,
        hotline=ours.hotline,
        product=_product(product),
        code=product.path,
        symptoms=product.symptoms,
        other=OTHER,
        days=_days(product.today, locale),
        parts=PARTS,
        written=_Fields(written),
        faults=_said(faults, locale),
        again=again,
        kept_photos=kept_photos,
        megabytes=MOST_BYTES // (1024 * 1024),
    )


def _said(faults: Mapping[str, str], locale: Locale) -> _Fields:
    return _Fields({field: say(key, locale) for field, key in faults.items()})


def _product(product: Product) -> Mapping[str, Text]:
    unit = product.unit
    return {
        "line": Text(unit.get("line_name", ""), unit.get("line_name_en", "")),
        "model": Text(unit["model_name"], unit["model_name_en"]),
    }


def _days(today: date, locale: Locale) -> list[tuple[str, str]]:
    """(value, words) of every day that may be preferred."""
    days = [today + timedelta(n) for n in range(DAYS_AHEAD + 1)]
    return [(day.isoformat(), _day(day, locale)) for day in days]


def _day(day: date, locale: Locale) -> str:
    weekday, words = pick(_WEEKDAYS[day.weekday()], locale), pick(date_text(day), locale)
    return f"{words} {weekday}" if locale == "zh-CN" else f"{weekday} {words}"


def review(product: Product, made: Review, ours: Firm, locale: Locale) -> str:
    promise = made.promise
    due = None if promise is None else promise.respond_by or promise.resolve_by
    pays = made.verdict.pays
    charged = [item for item in ("parts", "labour", "travel") if getattr(pays, item) == "customer"]
    return render(
        "service_review.html",
        locale,
        form_id="send",
        brand=ours.brand,
        hotline=ours.hotline,
        product=_product(product),
        review=made,
        sentence=sentence_of(made.verdict),
        covered=made.verdict.covered,
        charged=("、" if locale == "zh-CN" else ", ").join(say(f"item_{item}", locale) for item in charged),
        due="" if due is None else pick(moment_text(due.astimezone(product.zone)), locale),
        responds=promise is not None and promise.respond_by is not None,
        policy=None if promise is None else Text(promise.name, promise.name_en),
        when=wished_time(made.asked.day, made.asked.part),
    )


_STOP_MARKS: Final = {
    "joined": ("genuine", "tick"),
    "judge_closed": ("expired", "clock"),
    "report_waits": ("expired", "clock"),
}


def stop(key: str, ours: Firm, locale: Locale, path: str = "", back: str = "", *, asked: bool = False) -> str:
    """A page that says one thing: `{key}_title`, `{key}_detail`. `path`: of the product to go back to; `asked`: it
    answers a form, and cannot be asked for once more in the other language."""
    state, mark = _STOP_MARKS.get(key, ("not_covered", "warning"))
    return render(
        "service_stop.html",
        locale,
        brand=ours.brand,
        hotline=ours.hotline,
        keep={"code": path} if path else {},
        switches=not asked,
        key=key,
        state=state,
        sign=mark,
        back=back or (f"{path}?lang={locale}" if path else ""),
        back_text="back_to_product" if path else "back_to_service",
    )


# --------------------------------------------------------------------------------------------- following and judging

_SAID: Final = frozenset({"sent", "asked", "judged", "not_solved"})
#: Colour and drawing of a standing, beside words that say the same.
_LOOKS: Final = {
    **dict.fromkeys(("received", "planned"), ("planned", "clock")),
    **dict.fromkeys(("on_the_way", "with_you", "done"), ("genuine", "tick")),
    "paused": ("halted", "clock"),
    "not_finished": ("unknown", "warning"),
    **dict.fromkeys(("cancelled", "ended"), ("over", "cross")),
}


def follow(
    code: str,
    opened: Opened,
    ours: Firm,
    locale: Locale,
    said: str = "",
    written: Mapping[str, str] = _NOTHING,
    faults: Mapping[str, str] = _NOTHING,
    *,
    report: str = "",
) -> str:
    """`said`: what was just done; `written`, `faults`: of the wish that could not be taken; `report`: whether what was
    signed is `ready` to fetch, or in the `making`."""
    shown, until = opened.shown, judging.changeable_until(opened)
    return render(
        "service_follow.html",
        locale,
        form_id="wish" if faults else "",
        brand=ours.brand,
        hotline=ours.hotline,
        code=code,
        here=address(f"/j/{code}", lang=locale),
        shown=shown,
        look=_LOOKS[shown.standing],
        steps=STEPS,
        clock=None if shown.clock is None else _clock(shown.clock, locale),
        product=opened.product,
        kind=opened.kind,
        wish=None if opened.wish is None or opened.wish == (None, "any") else wished_time(*opened.wish),
        asks=[ask["kind"] for ask in opened.asks if ask["settled_at"] is None],
        may_ask=shown.standing in OPEN,
        may_judge=judging.may_judge(opened),
        held=judging.held(opened),
        until=until.date() if until is not None else None,
        report=report,
        said=said if said in _SAID else "",
        days=_days(opened.today, locale),
        parts=PARTS,
        written=_Fields(written),
        faults=_said(faults, locale),
        as_of=clock.now().astimezone(opened.zone),
    )


def _clock(running: Clock, locale: Locale) -> Mapping[str, Any]:
    goal = "clock_arrive_by" if running.goal == "arrive" else "clock_finish_by"
    left = None
    if running.left is not None:
        over = running.left < timedelta(0)
        left = say("clock_over" if over else "clock_left", locale, time=span_text(abs(running.left), locale))
    return {
        "state": running.state,
        "goal": say(goal, locale, moment=pick(moment_text(running.due), locale)),
        "left": left,
        "spent": round(running.spent, 3),
    }


def span_text(span: timedelta, locale: Locale) -> str:
    """How long, in the two largest units that matter, as every face says it (`span` of shared/time/format.ts)."""
    minutes = max(minutes_of(span), 0)
    days, hours = divmod(minutes // 60, 24)
    if days:
        whole = hours == 0 or days > _DAYS_WITH_HOURS
        return say("span_days_only" if whole else "span_days", locale, d=str(days), h=str(hours))
    if hours:
        whole = minutes % 60 == 0
        return say("span_hours_only" if whole else "span_hours", locale, h=str(hours), m=str(minutes % 60))
    return say("span_minutes" if minutes else "span_now", locale, n=str(minutes))


_DAYS_WITH_HOURS: Final = 6


def judge(
    code: str,
    opened: Opened,
    ours: Firm,
    locale: Locale,
    written: Mapping[str, str],
    faults: Mapping[str, str] = _NOTHING,
) -> str:
    return render(
        "service_judge.html",
        locale,
        form_id="judgement",
        brand=ours.brand,
        hotline=ours.hotline,
        code=code,
        here=address(f"/j/{code}", lang=locale),
        shown=opened.shown,
        product=opened.product,
        points=[{"key": p["key"], "name": Text(p["text"], p.get("text_en", ""))} for p in opened.points],
        ratings=range(5, 0, -1),
        written=_Fields(written),
        faults=_said(faults, locale),
    )
