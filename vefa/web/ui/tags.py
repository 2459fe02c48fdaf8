"""Template tags and filters of the shared parts; a builtin library, so no template loads it.

What stands in list rows is built here and not in templates: a page of 50 rows has some ten milliseconds.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any

import phonenumbers
from django import template
from django.template.defaultfilters import linebreaksbr
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from vefa.channels.models import Endpoint
from vefa.dialogue.exposure import without_secrets
from vefa.kit import speaking
from vefa.web.ui import channels, styles, words
from vefa.web.ui.clock import Clock
from vefa.web.ui.shapes import Option

register = template.Library()
register.filter(without_secrets)

MIRRORED = frozenset({"back", "forward", "answer", "pass", "undo", "leave", "mark"})
ARABIC = re.compile("[\u0600-\u06ff]")
PIECE = r"[A-Za-z0-9+#@](?:[@:._+%#?=&~-]{0,40}[A-Za-z0-9/]++)*+"
LONGEST_UNBROKEN = 24
LATIN_RUN = re.compile(rf"((?:\([+0-9]+\)|{PIECE})(?: {PIECE})*)")
CHIP = '<span class="clock clock-{}" title="{}">{}<span>{}</span></span>'
DIAL = (
    '<svg class="icon dial" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9"/>'
    '<circle class="arc" cx="12" cy="12" r="9" pathLength="100" stroke-dasharray="{} 100"/></svg>'
)


@register.simple_tag
def stylesheet() -> SafeString:
    """The link to the shared style sheet of this version."""
    return format_html('<link rel="stylesheet" href="{}">', styles.address())


@lru_cache(maxsize=256)
def drawn(name: str) -> SafeString:
    """One icon of our sprite, silent to a screen reader: words stand beside it, always."""
    mirror = " mirror" if name in MIRRORED else ""
    sprite = static("ui/icons.svg")
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        mirror,
        sprite,
        name,
    )


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon; a `label` is read aloud where no word can stand beside it."""
    if not label:
        return drawn(name)
    return format_html('{}<span class="unseen">{}</span>', drawn(name), label)


@register.filter
def digits(value: object) -> str:
    """Numbers in the reader's digits."""
    return words.digits(value)


@register.filter
def when(moment: datetime | None, now: datetime | None = None) -> str:
    """A moment in words near now, with the exact one on hover and on paper."""
    if moment is None:
        return ""
    reading = words.reader(now)
    near, exact = words.near(moment, reading), words.exact(moment, reading)
    drawn = f'<time datetime="{moment.isoformat()}" title="{escape(exact)}">{escape(near)}</time>'
    return mark_safe(drawn)  # noqa: S308 - what words are in it is escaped


@register.filter
def exactly(moment: datetime | None) -> str:
    """A moment with day, year and clock, for confirmations and papers."""
    if moment is None:
        return ""
    shown = words.exact(moment, words.reader())
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), shown)


@register.filter
def day(moment: datetime | None) -> str:
    """Only the day, in the reader's calendar."""
    if moment is None:
        return ""
    reading = words.reader()
    return words.digits(words.on_day(moment.astimezone(reading.zone), reading), reading.language)


@register.filter
def bdi(text: object) -> SafeString:
    """A value that a person typed: its own direction, whatever stands around it."""
    return format_html("<bdi>{}</bdi>", text)


@register.filter
def ltr(text: object) -> SafeString:
    """A telephone number, reference, plate, address of mail or web: left to right in every language.

    What is longer than a small telephone's line may be broken; nothing stays nothing.
    """
    return mark_safe(_ltr(str(text))) if text else SafeString("")  # noqa: S308 - escaped below


def _ltr(text: str) -> str:
    name = "ltr" if len(text) <= LONGEST_UNBROKEN else "ltr long"
    return f'<bdi dir="ltr" class="{name}">{escape(text)}</bdi>'


@register.filter
def phone(number: str) -> SafeString:
    """A telephone number in groups, left to right in every language; what is no number stays as it is."""
    return ltr(_grouped(number))


@lru_cache(maxsize=1024)
def _grouped(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def spoken(text: str) -> SafeString:
    """What a person wrote, with its lines; numbers, plates and addresses keep their order in Persian."""
    return linebreaksbr(isolated(text), autoescape=False)


@register.filter
def isolated(text: str) -> SafeString:
    """What a person wrote in one line; a Latin run inside a right-to-left text stays together, left to right.

    Without it "+98 912 555 0142" would be read from its last group to its first.
    """
    if not ARABIC.search(text):
        return conditional_escape(text)
    pieces = enumerate(LATIN_RUN.split(text))
    drawn = [_ltr(piece) if place % 2 else escape(piece) for place, piece in pieces]
    return mark_safe("".join(drawn))  # noqa: S308 - every piece is escaped


@register.filter
def direction(language: str) -> str:
    """`ltr`, `rtl` or `auto` for a text of this language."""
    return channels.direction(language)


@register.filter
def language_name(code: str) -> str:
    """The language's name in the reader's language."""
    return str(channels.LANGUAGES.get(code, code))


@register.filter
def channel_name(code: str) -> str:
    """The channel's name in the reader's language."""
    return str(channels.known(code)[1])


@register.filter
def channel_icon(code: str) -> SafeString:
    """The channel's icon."""
    return drawn(channels.known(code)[0])


@register.filter
def channel_sign(code: str) -> SafeString:
    """The icon alone, its name only read aloud: where no room is left for the word."""
    return _sign(code, get_language() or "")


@lru_cache(maxsize=256)
def _sign(code: str, _language: str) -> SafeString:
    return format_html('{}<span class="unseen">{}</span>', channel_icon(code), channel_name(code))


@register.filter
def channel(code: str) -> SafeString:
    """Icon and name of a channel."""
    drawing, name = channels.known(code)
    return format_html('<span class="channel">{}<span>{}</span></span>', drawn(drawing), name)


@register.filter
def delivery(state: str) -> SafeString:
    """What became of a message that we sent: shape, colour and word."""
    drawing, name = channels.DELIVERIES.get(state, channels.NO_STATE)
    return format_html(
        '<span class="delivery delivery-{}">{}<span>{}</span></span>', state, drawn(drawing), name
    )


def options(rows: Iterable[Option]) -> SafeString:
    """The options of a filter; some hundred stand above a list."""
    texts = (
        f'<option value="{escape(row.value)}"{" selected" if row.chosen else ""}>'
        f"{'– ' if row.depth else ''}{escape(row.name)}</option>"
        for row in rows
    )
    return mark_safe("".join(texts))  # noqa: S308 - both values are escaped


def choose(drawn: SafeString, value: str) -> SafeString:
    """The same options with one of them chosen."""
    there = f'<option value="{escape(value)}"'
    return mark_safe(drawn.replace(f"{there}>", f"{there} selected>", 1))  # noqa: S308 - it was safe before


@register.filter
def chip(clock: Clock) -> SafeString:
    """The clock of a promise: shrinking arc or sign, and words; the due moment on hover."""
    return chip_for(clock, words.reader())


def chip_for(clock: Clock, reading: words.Reader) -> SafeString:
    """The same for a reader who is known already."""
    drawing = channels.CLOCK_ICONS.get(clock.state)
    dial = drawn(drawing) if drawing else DIAL.format(clock.left)
    due = words.exact(clock.due_at, reading) if clock.due_at else ""
    title = escape(words.said("Due %(moment)s") % {"moment": due}) if due else ""
    shown = CHIP.format(escape(clock.state), title, dial, escape(clock.words))
    return mark_safe(shown)  # noqa: S308 - both texts are escaped, the dial is ours


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: object) -> str:
    """This page's address with some of its parameters changed; an empty value removes one."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in {None, ""}:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def account(endpoint: Endpoint) -> SafeString:
    """An account's name in the reader's language; its key where it has none."""
    return bdi(endpoint.name(get_language() or "en"))


@register.filter
def told(reason: str) -> str:
    """Why something did not go out, in the reader's language as far as the words are ours."""
    return speaking.told(reason)
