"""Texts of customers' pages: each key once, in both languages, with the same things to fill in."""

import re
from collections import Counter

import pytest

from server.portal import texts
from server.portal.owner_texts import OF_OWNERS
from server.portal.rendering import environment_in
from server.portal.texts import TEXTS
from server.products.texts import LOCALES, Locale, pick

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


@pytest.mark.parametrize("key", sorted(OF_OWNERS))
def test_chinese_has_its_own_punctuation(key: str) -> None:
    assert not re.search(r"[\u4e00-\u9fff][,.:;()?!]", TEXTS[key].zh)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_template_finds_its_words(locale: Locale) -> None:
    environment = environment_in(locale)
    pages = [name for name in environment.list_templates() if name.endswith(".html")]
    assert "unit.html" in pages
    for name in pages:
        environment.get_template(name)
