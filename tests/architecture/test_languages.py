"""Five languages, complete: a sentence without its translation fails the build."""

import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.architecture.source import PACKAGE, ROOT, name_of
from tools.messages import extract

LOCALE = PACKAGE / "locale"
TRANSLATED = ("tr", "ru", "kk", "fa")
FORBIDDEN = re.compile(r"\b(ticket|user|invalid|closed)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return extract()


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated(language, wanted):
    known = catalogue(language)
    missing = [
        message.id for message in wanted if message.id and not filled(known.get(message.id, message.context))
    ]
    assert missing == []


def filled(message) -> bool:
    if message is None or message.fuzzy:
        return False
    texts = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(texts)


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_their_variables(language):
    broken = [
        (message.id, message.string)
        for message in catalogue(language)
        if message.id and not isinstance(message.id, tuple | list)
        if variables(message.id) != variables(str(message.string))
    ]
    assert broken == []


def variables(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text))


def test_residents_and_staff_are_never_told_of_tickets(wanted):
    found = [message.id for message in wanted if message.id and FORBIDDEN.search(str(message.id))]
    assert found == []


def test_the_templates_are_where_extraction_looks():
    assert name_of(PACKAGE / "web") == "vefa/web"
    assert ROOT.joinpath("tools", "messages.py").exists()
