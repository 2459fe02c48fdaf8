"""`{% frozen %}…{% endfrozen %}`: what depends on nothing but the language is drawn once for each.

The words, icons and addresses around a page are the same for everybody; looking them up anew was a third of a
page. Inside stands no variable: it would be empty, since nothing of the page is handed in. A builtin library.
"""

from django import template
from django.template import Context
from django.template.base import NodeList, Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


class FrozenNode(template.Node):
    """A piece of a template that remembers how it looks in each language."""

    def __init__(self, inside: NodeList) -> None:
        self.inside = inside
        self._drawn: dict[str, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """The piece in the language of this page."""
        language = get_language() or ""
        if language not in self._drawn:
            self._drawn[language] = self.inside.render(context.new({}))
        return self._drawn[language]


@register.tag
def frozen(parser: Parser, _token: Token) -> FrozenNode:
    """Draw what stands up to `{% endfrozen %}` once for each language."""
    inside = parser.parse(("endfrozen",))
    parser.delete_first_token()
    return FrozenNode(inside)
