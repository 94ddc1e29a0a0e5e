"""How a page of the customer's is put together in one language: templates and texts. No I/O but reading.

Every page works without JavaScript and under `default-src 'none'` with styles and images from ourselves: no inline
style, no script. A template extends `base.html`; inside it `t(key, …)` is a text of the catalogue, `pick(text)` a
`Text` in the page's language, `date(day)` and `moment(at)` dates in words, `locale` the language. All of them are
filters too (`text | pick`), which a page that is asked for often uses: calling a filter costs a fifth of a function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from server.portal.assets import ASSETS_URL, asset_version
from server.portal.texts import TEXTS
from server.products.texts import LOCALES, Locale, date_text, fill, moment_text, pick

PAGES: Final = Path(__file__).parent / "pages"

#: The drawing beside the word of a state.
MARKS: Final = {
    "covered": "tick",
    "partly": "tick",
    "expired": "clock",
    "not_started": "clock",
    "not_covered": "cross",
    "unknown": "question",
}


def render(name: str, locale: Locale, *, keep: Mapping[str, str] | None = None, form_id: str = "", **shown: Any) -> str:
    """The page `name` (a file of `pages/`) in that language. `keep`: what of the query the switch of language keeps;
    `form_id`: the form whose content it keeps, being a button of it then, `lang=…`."""
    kept = urlencode(keep, safe="/") + "&" if keep else ""
    return _page(name, locale).render(keep=kept, form_id=form_id, **shown)


def choose_locale(asked: str | None, accept_language: str | None) -> Locale:
    """The language asked for by `?lang=`, else the first one of the browser's that we have, else Chinese."""
    for locale in LOCALES:
        if asked == locale:
            return locale
    return _first_of((accept_language or "")[:200].lower())


@lru_cache(maxsize=256)  # phones of one kind all say the same
def _first_of(accepted: str) -> Locale:
    for range_ in re.split(r"\s*,\s*", accepted):
        for locale in LOCALES:
            if range_.startswith(locale.partition("-")[0]):
                return locale
    return LOCALES[0]


class InOneLanguage(FileSystemLoader):
    """Templates with the words of one language put in before they are compiled: what is said without anything to fill
    in, and a drawing that is the same every time, is then plain text, which costs a page a third of its calls."""

    def __init__(self, locale: Locale) -> None:
        super().__init__(PAGES)
        self._locale = locale

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, path, current = super().get_source(environment, template)
        source = _DRAWN.sub(lambda found: drawing(found[1]), source)
        for name, value in _same_always(self._locale).items():
            source = source.replace(f"{{{{ {name} }}}}", value)
        return _SAID.sub(self._said, source), path, current

    def _said(self, found: re.Match[str]) -> str:
        words = pick(TEXTS[found[1]], self._locale)
        if "{" in words:
            raise ValueError(f"{found[1]} has something to fill in")
        return str(escape(words))


_SAID: Final = re.compile(r'\{\{ t\("(\w+)"\) \}\}')
_DRAWN: Final = re.compile(r'\{\{ mark\("(\w+)"\) \}\}')


def _same_always(locale: Locale) -> Mapping[str, str]:
    other = next(other for other in LOCALES if other != locale)
    return {"locale": locale, "other_locale": other, "assets": ASSETS_URL, "version": asset_version()}


@cache
def drawing(name: str) -> Markup:
    """One of `marks.svg`, beside words that say the same."""
    return _DRAWING.format(ASSETS_URL, asset_version(), name)


_DRAWING: Final = Markup(
    '<svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
    '<use href="{}/marks.svg?v={}#{}"/></svg>'
)


@cache
def _page(name: str, locale: Locale) -> Template:
    """One compiled template per language, so that a request only fills in."""
    return environment_in(locale).get_template(name)


@cache
def environment_in(locale: Locale) -> Environment:
    environment = Environment(
        loader=InOneLanguage(locale),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    words: dict[str, Callable[..., str]] = {
        "t": _texts(locale),
        "pick": lambda text: pick(text, locale),
        "date": lambda day: pick(date_text(day), locale),
        "moment": lambda at: pick(moment_text(at), locale),
    }
    pills = {state: _PILL.format(state, drawing(MARKS[state]), pick(TEXTS[state], locale)) for state in MARKS}
    environment.filters.update(words)
    environment.filters.update(dialled=_dialled, sentence_case=_sentence_case, mark=drawing, pill=pills.__getitem__)
    environment.globals.update(words)
    environment.globals.update(_same_always(locale))
    return environment


#: The word of a state, with its drawing, on its colour.
_PILL: Final = Markup('<span class="pill {}">{}{}</span>')


def _texts(locale: Locale) -> Callable[..., str]:
    """The catalogue in one language; most keys have nothing to fill in, and a page asks for some fifty."""
    words = {key: pick(text, locale) for key, text in TEXTS.items()}

    def t(key: str, **filled: object) -> str:
        return fill(words[key], **filled)

    return t


def _sentence_case(words: str) -> str:
    """A name that begins a line; names in the catalogue are written as inside a sentence."""
    return words[:1].upper() + words[1:]


def _dialled(number: str) -> str:
    """A telephone number as a `tel:` link takes it."""
    return re.sub(r"[^+0-9]", "", number)
