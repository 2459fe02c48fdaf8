"""Whatever somebody types, pastes or sends to an address of the desk, it answers; it never breaks."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django import forms
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.web.desk.rules import Rule
from tests.web.desk.seat import seated
from tests.web.desk.test_rights import Folder, asked, folders, parked_words
from vefa.directory.access import can
from vefa.directory.models import Staff
from vefa.web import desk

__all__ = ["folders"]  # a story's own
pytestmark = pytest.mark.django_db
ODD = {"NUL": "a\x00b", "a huge number": "9" * 40, "a fraction": "1.5", "a day of no calendar": "31.12.9999"}
LEAVES = {"sign-out", "leave-everywhere"}  # nobody is there any more afterwards
FIELD = re.compile(r"""(?:POST|GET|asked)(?:\.get(?:list)?\(|\[)["'](\w+)["']""")


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(desk.__path__, "vefa.web.desk."):
        yield import_module(found.name)


def names() -> set[str]:
    """Every name of a field that the desk reads anywhere; a version of its own would make all pages old."""
    known = {"do", "at"}
    for module in modules():
        known |= set(FIELD.findall(Path(str(module.__file__)).read_text(encoding="utf-8")))
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, forms.Form):
                known |= set(kind.base_fields)
    return known - {"version"}


def who_may(town: Any, rule: Rule) -> Staff:
    """Somebody whose right it is."""
    people: list[Staff] = [getattr(town, name) for name in ("derya", "leyla", "ayse", "murat", "orhan")]
    rights = [right for right in (rule.right, rule.also) if right]
    return next(one for one in people if all(can(one, right) for right in rights))


def broken(client: Client, method: str, address: str, data: dict[str, str]) -> str:
    """What went wrong beyond an answer, "" if nothing did; what was done is undone."""
    client.raise_request_exception = False
    with transaction.atomic():
        answer: Any = client.get(address, data) if method == "GET" else client.post(address, data)
        if hasattr(answer, "streaming_content"):
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return repr(answer.exc_info[1]) if answer.status_code == 500 else ""


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_value_breaks_nothing(town, folders, odd):
    own: Folder = folders[0]
    fields = dict.fromkeys(names(), ODD[odd])
    clients = {staff.pk: seated(staff) for staff in {who_may(town, rule) for _name, rule in asked()}}
    wrong = []
    for name, rule in asked():
        if name not in LEAVES:
            address = reverse(f"desk:{name}", args=parked_words(rule, own, name))
            client = clients[who_may(town, rule).pk]
            some = (fields, {**fields, **rule.data}) if rule.data else (fields,)
            said = [broken(client, rule.method, address, data) for data in some]
            wrong += [(name, rule.about, one) for one in said if one]
    assert wrong == []
