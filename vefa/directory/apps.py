"""The directory as Django knows it."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """The room `directory`: tables are called directory_*."""

    name = "vefa.directory"
    label = "directory"
    default_auto_field = "django.db.models.BigAutoField"
