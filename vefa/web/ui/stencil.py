"""A part of a page that differs in a few numbers and words only: drawn once for each language and shape.

What a template takes a millisecond for is then some joining of texts. See `frozen` for what never differs.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

MOST = 1000  # shapes that are kept
_FIRST_NUMBER = 1_964_209_500  # stands where a number will; no page says it otherwise
_FIRST_SIGN = 0xE100  # of the signs for private use: stands where a text will

_drawn: dict[Hashable, tuple[list[str], list[str]]] = {}


def stencil(
    template: str, shape: Hashable, make: Callable[[], Mapping[str, Any]], **varying: int | str
) -> SafeString:
    """The template with `varying` filled in and escaped; `shape` tells everything else that `make` gives it.

    A text stands for itself in the template: no filter may look into it.
    """
    key = (template, get_language(), shape, *varying)
    cut = _drawn.get(key)
    if cut is None:
        if len(_drawn) >= MOST:
            _drawn.clear()
        cut = _drawn[key] = _cut(template, make(), varying)
    pieces, names = cut
    filled = [pieces[0]]
    for name, piece in zip(names, pieces[1:], strict=True):
        filled += (escape(str(varying[name])), piece)
    return mark_safe("".join(filled))  # noqa: S308 - the template escaped its own, the rest is escaped here


def _cut(
    template: str, context: Mapping[str, Any], varying: Mapping[str, int | str]
) -> tuple[list[str], list[str]]:
    """The drawn template in pieces, and what belongs between them."""
    standing = {
        name: _stand_in(place, number=isinstance(one, int))
        for place, (name, one) in enumerate(varying.items())
    }
    names = {str(one): name for name, one in standing.items()}
    drawn = render_to_string(template, {**context, **standing})
    pieces = re.split("({})".format("|".join(names)), drawn)
    return pieces[::2], [names[one] for one in pieces[1::2]]


@lru_cache(maxsize=64)
def _stand_in(place: int, *, number: bool) -> int | str:
    return _FIRST_NUMBER + place if number else chr(_FIRST_SIGN + place)
