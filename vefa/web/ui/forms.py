"""How forms are drawn: label, hint, error and field in that order, with a summary of errors above."""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.template import loader


class Renderer(DjangoTemplates):
    """Our own templates for form and field, Django's for the widgets (the setting FORM_RENDERER)."""

    form_template_name = "ui/form/form.html"
    field_template_name = "ui/form/field.html"

    def get_template(self, template_name: str) -> Any:
        """Ours come from `vefa/web`, where every other template lies."""
        if template_name.startswith("ui/"):
            return loader.get_template(template_name)
        return super().get_template(template_name)
