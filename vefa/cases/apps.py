"""Django's card for the room."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the tables of the room."""

    name = "vefa.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
