"""How forms are drawn: label, hint, error and field in that order, with a summary of errors above."""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.template import loader

from vefa.web.ui import widgets


class Renderer(DjangoTemplates):
    """Our own templates for form and field, Django's for the rarer widgets (the setting FORM_RENDERER)."""

    form_template_name = "ui/form/form.html"
    field_template_name = "ui/form/field.html"

    def get_template(self, template_name: str) -> Any:
        """Ours come from `vefa/web`, where every other template lies."""
        if template_name.startswith("ui/"):
            return loader.get_template(template_name)
        return super().get_template(template_name)

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """The commonest widgets are drawn at once, everything else by its template."""
        draw = widgets.DRAWN.get(template_name)
        if draw is not None:
            return draw(context["widget"])
        return super().render(template_name, context, request)
