"""Texts of customers' pages: each key once, in both languages, with the same things to fill in."""

import re
from collections import Counter

import pytest

from server.portal import texts
from server.portal.rendering import environment_in
from server.portal.texts import TEXTS
from server.products.texts import LOCALES, Locale, fill, pick

CATALOGUES = [catalogue for name, catalogue in vars(texts).items() if name.startswith("OF_")]


def test_no_key_is_in_two_catalogues() -> None:
    counted = Counter(key for catalogue in CATALOGUES for key in catalogue)
    assert [key for key, times in counted.items() if times > 1] == []
    assert sum(map(len, CATALOGUES)) == len(TEXTS)


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_says_the_same_in_both_languages(key: str) -> None:
    zh, en = (pick(TEXTS[key], locale) for locale in LOCALES)
    assert zh.strip()
    assert en.strip()
    assert sorted(re.findall(r"{\w+}", zh)) == sorted(re.findall(r"{\w+}", en))


@pytest.mark.parametrize(
    ("words", "filled", "read"),
    [
        ("剩余 {time}", {"time": "2 小时"}, "剩余 2 小时"),
        ("剩余 {time}", {"time": "不到 1 分钟"}, "剩余不到 1 分钟"),
        ("最迟 {moment} 到达", {"moment": "2026年11月7日"}, "最迟 2026年11月7日到达"),
        ("由 {was} 改派 {to}", {"was": "王伟", "to": "Li"}, "由王伟改派 Li"),
        ("{day} {time}", {"day": "今天", "time": "已过"}, "今天 已过"),
        ("Until {day}", {"day": "明天"}, "Until 明天"),
        ("至{day}", {"day": ""}, "至"),
    ],
)
def test_no_space_stands_between_characters(words: str, filled: dict[str, str], read: str) -> None:
    assert fill(words, **filled) == read


@pytest.mark.parametrize("locale", LOCALES)
def test_every_template_finds_its_words(locale: Locale) -> None:
    environment = environment_in(locale)
    pages = [name for name in environment.list_templates() if name.endswith(".html")]
    assert "unit.html" in pages
    for name in pages:
        environment.get_template(name)
