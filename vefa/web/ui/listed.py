"""Lists of cases, drawn at once: fifty rows stand on a page, and a template for each took half of its time.

A builtin library, so no template loads it.
"""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from vefa.web.ui import words
from vefa.web.ui.context import Choice
from vefa.web.ui.shapes import Row
from vefa.web.ui.tags import channel_sign, chip_for, icon

register = template.Library()


@register.filter
def listed(rows: Iterable[Row]) -> SafeString:
    """One list item a case. The words that every row says are looked up once."""
    say = _Words()
    return mark_safe("".join(_row(row, say) for row in rows))  # noqa: S308 - every value below is escaped


@register.filter
def as_links(languages: Iterable[Choice]) -> SafeString:
    """This page in each language of the city."""
    return mark_safe("".join(_language(choice) for choice in languages))  # noqa: S308 - escaped below


def _language(choice: Choice) -> str:
    code, name = escape(choice.code), escape(choice.name)
    if choice.chosen:
        return f'<li><span lang="{code}" aria-current="true">{name}</span></li>'
    return f'<li><a href="{escape(choice.href)}" lang="{code}" hreflang="{code}">{name}</a></li>'


class _Words:
    """What many rows say alike, in the reader's language."""

    def __init__(self) -> None:
        self.choose = escape(pgettext("this case, for several at once", "Choose"))
        self.dot = f'<span class="dot"><span class="unseen">{escape(gettext("New message"))}</span></span>'
        self.voices = f'<span class="unseen"> {escape(gettext("voices"))}</span>'
        self.private = icon("lock", gettext("Private"))
        self.people = icon("people")
        self.reading = words.reader()


def _row(row: Row, say: _Words) -> str:
    marks = ("row", "unread" if row.unread else "", "current" if row.current else "")
    return (
        f'<li class="{" ".join(filter(None, marks))}" data-case="{row.case_id}">'
        f'<input class="row-pick" type="checkbox" name="case" value="{row.case_id}" form="bulk"'
        f' aria-label="{say.choose} {escape(row.reference)}">'
        f'<a class="row-link" href="{escape(row.href)}"{' aria-current="true"' if row.current else ""}>'
        f'<span class="row-head">{say.dot if row.unread else ""}'
        f'<bdi class="ltr" dir="ltr">{escape(row.reference)}</bdi> '
        f"{_urgent(row.urgency)}{chip_for(row.clock, say.reading)}</span>"
        f'<span class="row-title clip" lang="{escape(row.language)}" dir="auto">{escape(row.title)}</span>'
        f'<span class="row-facts">{channel_sign(row.channel)}<span class="clip">{escape(row.facts)}</span>'
        f"{_voices(row, say)}{say.private if row.private else ''}</span></a></li>"
    )


def _urgent(urgency: str) -> str:
    return f'<span class="urgent">{escape(urgency)}</span> ' if urgency else ""


def _voices(row: Row, say: _Words) -> str:
    if row.voices < 2:
        return ""
    count = words.digits(row.voices, say.reading.language)
    return f'<span class="voices">{say.people}{count}{say.voices}</span>'
