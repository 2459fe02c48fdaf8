"""The questions that the desk asks about cases, thrown at random."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import combinations
from typing import Any

from vefa.cases import queries
from vefa.cases.filters import Filters, Sort, View
from vefa.cases.models import Case
from vefa.cases.search import past_cases, search
from vefa.cases.sights import see, sights
from vefa.directory.models import Staff

Ask = Callable[[], object]
Kind = tuple[str, str, list[Ask]]


def all_of(
    chance: random.Random, filters: dict[str, list[Any]], watchers: dict[str, str], runs: int, now: datetime
) -> Iterator[Kind]:
    """Every kind of question with `runs` askings each."""
    people = {role: Staff.objects.get(username=name) for role, name in watchers.items()}
    for role, staff in people.items():
        yield "queue", f"counts, {role}", [partial(queries.counts, staff, now=now)] * runs
        for view in View:
            yield "queue", f"{view}, {role}", [_page(staff, now, view=view)] * runs
        yield "queue", f"open by due, {role}", [_page(staff, now, sort=Sort.DUE)] * runs
        yield "queue", f"page 200 of all, {role}", [_deep(staff, now, 200)] * runs
    operator = people["operator"]
    for size in (1, 2):
        for names in combinations(filters, size):
            group = "search" if "text" in names else "queue"
            yield group, " + ".join(names), _filtered(chance, operator, now, (names, filters, runs))
    yield (
        "queue",
        "three filters, head",
        _filtered(
            chance, people["head of a unit"], now, (("service_id", "language", "channel"), filters, runs)
        ),
    )
    yield from _searches(operator, runs)
    yield "case", "the case page's reads", [_case_page(operator, now, chance) for _ in range(runs)]


def _page(staff: Staff, now: datetime, **facts: Any) -> Ask:
    return partial(queries.queue, staff, Filters(**facts), now=now)


def _deep(staff: Staff, now: datetime, number: int) -> Ask:
    """Page `number` of all cases, found by walking there once."""
    cursor = ""
    for _ in range(number - 1):
        older = queries.queue(staff, Filters(view=View.ALL), now=now, cursor=cursor).older
        if older is None:
            break
        cursor = older
    return partial(queries.queue, staff, Filters(view=View.ALL), now=now, cursor=cursor)


def _filtered(
    chance: random.Random,
    staff: Staff,
    now: datetime,
    what: tuple[tuple[str, ...], dict[str, list[Any]], int],
) -> list[Ask]:
    names, filters, runs = what
    asks = []
    for number in range(runs):
        given = {name: chance.choice(filters[name]) for name in names}
        asks.append(_page(staff, now, view=(View.OPEN, View.ALL, View.ENDED)[number % 3], **given))
    return asks


def _searches(staff: Staff, runs: int) -> Iterator[Kind]:
    common = ["çukur", "yol", "яма", "жол", "خیابان", "sokak", "cop", "sok"]
    rare = ["w1234", "w49999", "ad77", "ad4711 yol", "n12", "n899 агаш"]
    apart = ["çukur w77", "pothole چاله", "яма шұңқыр چاله pothole", "otobus lamba дерево қоқыс"]
    for name, texts in (("common words", common), ("rare words", rare), ("words that seldom meet", apart)):
        yield "search", name, [partial(search, staff, texts[n % len(texts)]) for n in range(runs)]
    numbers = [Case.objects.order_by("id")[n * 37].reference for n in range(10)]
    yield "search", "reference", [partial(search, staff, numbers[n % 10]) for n in range(runs)]
    yield "search", "telephone", [partial(search, staff, f"0532{n:07}") for n in range(1, runs + 1)]
    yield "search", "last four digits", [partial(search, staff, f"{n:04}") for n in range(1, runs + 1)]


def _case_page(staff: Staff, now: datetime, chance: random.Random) -> Ask:
    case_id = chance.randint(1, Case.objects.count())

    def ask() -> object:
        case = queries.open_case(staff, case_id)
        if case is None:
            return None
        see(case=case, staff=staff, now=now)
        return (
            queries.history(case),
            queries.promises_of(case),
            sights(case),
            queries.relatives(staff, case),
            past_cases(staff, case.citizen_id) if case.citizen_id else [],
        )

    return ask
