"""Every address of the city has a declared reader, and takes no method that was not declared."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.web.desk.rules import PLAIN, RULES
from tests.web.desk.seat import seated

pytestmark = pytest.mark.django_db
EVERYBODYS = {
    "ui:style",
    *(
        f"portal:{name}"
        for name in (
            "home", "report", "report-what", "report-where", "report-same", "report-about",
            "report-questions", "report-danger", "report-elsewhere", "report-reach", "report-check",
            "draft-photo", "send", "chat", "look", "board", "map", "case", "follow", "areas", "help",
            "accessibility", "privacy",
        )
    ),
}  # fmt: skip
THEIRS = {f"portal:{name}" for name in ("talk", "track", "received", "say", "file")}  # who has the secret
METHODS = ("get", "post", "put", "patch", "delete")
ABSENT: dict[str, Any] = {
    "IntConverter": 987_654_321,
    "UUIDConverter": "a0000000-0000-4000-8000-000000000000",
}
ODD = {"IntConverter": 10**22, "StringConverter": "a\x00b"}  # beyond bigint; a NUL


def addresses(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address below a resolver, by its name with its space."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one, f"{one.namespace}:" if one.namespace else space)
        else:
            yield f"{space}{one.name}", one


def test_no_address_is_without_a_declared_reader():
    found = [name for name, _ in addresses(get_resolver())]
    assert set(found) == {f"desk:{name}" for name in RULES} | EVERYBODYS | THEIRS
    assert len(found) == len(set(found))


def words_of(pattern: URLPattern) -> list[Any]:
    """Something of the right kind, that nobody has, for each gap of an address."""
    return [ABSENT.get(type(gap).__name__, "nobody") for gap in pattern.pattern.converters.values()]


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_no_database_can_hold_is_nobodys_address(method, town):
    client = seated(town.ayse)
    client.raise_request_exception = False
    found = {name: list(pattern.pattern.converters.values()) for name, pattern in addresses(get_resolver())}
    others = ABSENT | {"SlugConverter": "nobody"} | ODD
    odd = {name: [others.get(type(gap).__name__) for gap in gaps] for name, gaps in found.items()}
    walked = {name: words for name, words in odd.items() if {*ODD.values()} & {*words}}
    said = {name: getattr(client, method)(reverse(name, args=words)) for name, words in walked.items()}

    assert {"desk:case", "desk:talk", "desk:catalogue-service", "portal:track", "portal:case"} <= said.keys()
    assert {name: answer.status_code for name, answer in said.items() if answer.status_code != 404} == {}


@pytest.mark.parametrize("method", METHODS)
def test_the_desk_takes_no_method_that_is_not_declared(method, town):
    client = seated(town.ayse)
    wrong = []
    for name, pattern in addresses(get_resolver()):
        space, _, short = name.partition(":")
        if space != "desk" or method.upper() in {rule.method for rule in RULES[short]}:
            continue
        address = reverse(name, args=PLAIN.get(short) or words_of(pattern))
        answer = getattr(client, method)(address)
        leads_away = method == "get" and answer.status_code == 302  # a form's address, asked for by a reload
        if answer.status_code not in {403, 405} and not leads_away:
            wrong.append((name, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("method", METHODS)
def test_a_stranger_without_a_secret_finds_nothing(method, town):
    client = Client()
    for name, pattern in addresses(get_resolver()):
        if name in THEIRS:
            answer = getattr(client, method)(reverse(name, args=words_of(pattern)))
            assert answer.status_code in {404, 405}, (name, answer.status_code)
