"""The lists at the side of the desk, drawn at once: they stand on every page. A builtin library."""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from vefa.web.desk.frame import View
from vefa.web.ui import words

register = template.Library()


@register.filter
def lists(views: Iterable[View]) -> SafeString:
    """Our own lists, each with what it holds."""
    items = "".join(f"<li>{_link(view, f'<span>{escape(view.name)}</span>')}</li>" for view in views)
    return mark_safe(items)  # noqa: S308 - every value is escaped here and below


@register.filter
def saved(views: Iterable[View]) -> SafeString:
    """Lists that somebody kept under a name of their own, set off from the others."""
    items = (
        f"<li{'' if place else ' class="first-saved"'}>"
        f"{_link(view, f'<span class="clip"><bdi>{escape(view.name)}</bdi></span>')}</li>"
        for place, view in enumerate(views)
    )
    return mark_safe("".join(items))  # noqa: S308 - every value is escaped here and below


def _link(view: View, name: str) -> str:
    current = ' aria-current="page"' if view.current else ""
    key = escape(view.key)
    keys, counted = (f' data-keys="g {key}"', f' data-count="{key}"') if key else ("", "")
    tone = f" count-{escape(view.tone)}" if view.tone else ""
    return (
        f'<a href="{escape(view.href)}"{current}{keys}>{name}'
        f'<span{counted} class="count{tone}">{escape(words.digits(view.count))}</span></a>'
    )
