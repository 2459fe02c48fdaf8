"""Addresses inside the product, put together from patterns: a page holds some forty, and looking each up anew
took a tenth of it. A builtin library: `{% url %}` in our templates is the one below.
"""

from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as plain_url
from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape

register = template.Library()

_NUMBERS = (1_864_209_537, 1_864_209_538, 1_864_209_539)  # stand for others: their place is found and filled
_WORD = 40  # characters of an argument that is likely to come again


def link_to(name: str, *args: object) -> str:
    """What Django's `reverse(name, args=args)` gives. Raises NoReverseMatch."""
    numbers = [str(one) for one in args if type(one) is int and one >= 0]
    words = tuple(one if isinstance(one, str) and len(one) <= _WORD else None for one in args)
    if len(numbers) + sum(one is not None for one in words) < len(args) or len(numbers) > len(_NUMBERS):
        return reverse(name, args=args)
    first, *pieces = _pattern(name, words)
    return first + "".join(number + piece for number, piece in zip(numbers, pieces, strict=True))


@lru_cache(maxsize=1024)
def _pattern(name: str, words: tuple[str | None, ...]) -> tuple[str, ...]:
    """The pieces of an address between its numbers, which stand where `words` has None."""
    numbers = iter(_NUMBERS)
    rest, pieces = reverse(name, args=[next(numbers) if one is None else one for one in words]), []
    for number in _NUMBERS[: words.count(None)]:
        piece, _, rest = rest.partition(str(number))
        pieces.append(piece)
    return (*pieces, rest)


class AddressNode(URLNode):
    """`{% url %}` whose address is put together; what names its arguments goes Django's way."""

    def render(self, context: Context) -> str:
        """The address, or nothing where it is kept under a name."""
        if self.kwargs:
            return str(super().render(context))
        args = [one.resolve(context) for one in self.args]
        try:
            made = link_to(self.view_name.resolve(context), *args)
        except NoReverseMatch:
            if not self.asvar:
                raise
            made = ""
        if self.asvar:
            context[self.asvar] = made
            return ""
        return str(conditional_escape(made)) if context.autoescape else made


@register.tag
def url(parser: Parser, token: Token) -> AddressNode:
    """`{% url "desk:case" case.id %}`, with `as name` too."""
    plain: Any = plain_url(parser, token)
    return AddressNode(plain.view_name, plain.args, plain.kwargs, plain.asvar)
