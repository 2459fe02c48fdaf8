"""The commonest fields, drawn without templates: forty forms with lists of a hundred units stand on a page.

Django draws each option, and the attributes of each, by a template of its own: half a page's time. The markup
is the same.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]
_FOLDER = "django/forms/widgets/"
_INPUTS = ("text", "hidden", "email", "number", "password", "url", "tel", "search", "color", "checkbox")


def select(widget: Widget) -> SafeString:
    """A list to choose from."""
    parts = [f'<select name="{_text(widget["name"])}"{_attributes(widget)}>']
    for name, options, _ in widget["optgroups"]:
        parts += [f'<optgroup label="{_text(name)}">'] if name else []
        parts += [_option(option) for option in options]
        parts += ["</optgroup>"] if name else []
    return mark_safe("".join([*parts, "</select>"]))  # noqa: S308 - every value above is escaped


def field(widget: Widget) -> SafeString:
    """A field of one line, hidden or not, or a tick."""
    value = widget["value"]
    given = "" if value is None else f' value="{_text(value)}"'
    named = f'type="{_text(widget["type"])}" name="{_text(widget["name"])}"'
    return mark_safe(f"<input {named}{given}{_attributes(widget)}>")  # noqa: S308 - every value is escaped


def area(widget: Widget) -> SafeString:
    """A field of several lines."""
    value = widget["value"] or ""
    head = f'<textarea name="{_text(widget["name"])}"{_attributes(widget)}>'
    return mark_safe(f"{head}\n{_text(value)}</textarea>")  # noqa: S308 - every value is escaped


DRAWN: Mapping[str, Callable[[Widget], SafeString]] = {
    f"{_FOLDER}select.html": select,
    f"{_FOLDER}textarea.html": area,
    **{f"{_FOLDER}{name}.html": field for name in _INPUTS},
}


def _option(option: Widget) -> str:
    return f'<option value="{_text(option["value"])}"{_attributes(option)}>{_text(option["label"])}</option>'


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _text(value: object) -> str:
    """Escaped, unless it says that it is markup already."""
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))
