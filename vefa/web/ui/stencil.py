"""A part of a page that differs in a few numbers and words only: drawn once for each language and shape.

What a template takes a millisecond for is then some joining of texts. See `frozen` for what never differs.

In a template: `{% stencil message.side message.channel with who=message.who when=message.said_at|when %}` …
`{% endstencil %}`. What stands before `with` is the shape: everything that the block asks beside the names
behind it. Inside, `{{ who }}` stands for itself: no filter may look into it. What is empty is part of the
shape, so that `{% if who %}` may be asked. A builtin library.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template import Context
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

MOST = 1000  # shapes that are kept
_FIRST_NUMBER = 1_964_209_500  # stands where a number will; no page says it otherwise
_FIRST_SIGN = 0xE100  # of the signs for private use: stands where a text will

register = template.Library()

Drawn = tuple[list[str], list[str]]  # pieces, and the names of what belongs between them
_drawn: dict[Hashable, Drawn] = {}


def stencil(
    template: str, shape: Hashable, make: Callable[[], Mapping[str, Any]], **varying: int | str
) -> SafeString:
    """The template with `varying` filled in and escaped; `shape` tells everything else that `make` gives it.

    A text stands for itself in the template: no filter may look into it.
    """
    return _filled(
        _drawn,
        (template, get_language(), shape, *varying),
        varying,
        lambda standing: render_to_string(template, {**make(), **standing}),
    )


class StencilNode(template.Node):
    """A block that remembers how it looks in each language and shape."""

    def __init__(
        self,
        inside: NodeList,
        shape: Sequence[FilterExpression],
        varying: Mapping[str, FilterExpression],
    ) -> None:
        self.inside, self.shape, self.varying = inside, shape, varying
        self._drawn: dict[Hashable, Drawn] = {}

    def render(self, context: Context) -> SafeString:
        """The block with what varies filled in."""
        told = {name: one.resolve(context) for name, one in self.varying.items()}
        varying = {name: one if isinstance(one, int) else str(one) for name, one in told.items() if one}
        empty = {name: one for name, one in told.items() if name not in varying}
        shape = tuple([one.resolve(context) for one in self.shape])

        def draw(standing: Mapping[str, int | str]) -> str:
            with context.push(**empty, **standing):
                return str(self.inside.render(context))

        return _filled(self._drawn, (get_language(), shape, *varying), varying, draw)


@register.tag("stencil")
def block(parser: Parser, token: Token) -> StencilNode:
    """Draw what stands up to `{% endstencil %}` once for each language and shape."""
    _name, *bits = token.split_contents()
    shape, varying = (
        (bits[: bits.index("with")], bits[bits.index("with") + 1 :]) if "with" in bits else (bits, [])
    )
    inside = parser.parse(("endstencil",))
    parser.delete_first_token()
    compiled = [parser.compile_filter(one) for one in shape]
    return StencilNode(inside, compiled, token_kwargs(varying, parser))


def _filled(
    kept: dict[Hashable, Drawn],
    key: Hashable,
    varying: Mapping[str, int | str],
    draw: Callable[[Mapping[str, int | str]], str],
) -> SafeString:
    drawn = kept.get(key)
    if drawn is None:
        if len(kept) >= MOST:
            kept.clear()
        drawn = kept[key] = _cut(varying, draw)
    pieces, names = drawn
    filled = [pieces[0]]
    for name, piece in zip(names, pieces[1:], strict=True):
        one = varying[name]
        filled += (one if isinstance(one, SafeString) else escape(str(one)), piece)
    return mark_safe("".join(filled))  # noqa: S308 - the template escaped its own, the rest is escaped here


def _cut(varying: Mapping[str, int | str], draw: Callable[[Mapping[str, int | str]], str]) -> Drawn:
    """The drawn block in pieces, and what belongs between them."""
    standing = {
        name: _stand_in(place, number=isinstance(one, int))
        for place, (name, one) in enumerate(varying.items())
    }
    if not standing:
        return [draw(standing)], []
    names = {str(one): name for name, one in standing.items()}
    pieces = re.split("({})".format("|".join(names)), draw(standing))
    return pieces[::2], [names[one] for one in pieces[1::2]]


@lru_cache(maxsize=64)
def _stand_in(place: int, *, number: bool) -> int | str:
    return _FIRST_NUMBER + place if number else chr(_FIRST_SIGN + place)
