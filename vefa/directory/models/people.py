"""Who works at the desk."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from vefa.directory.models.base import Kept, Role
from vefa.directory.models.places import Area, Unit


class Staff(AbstractBaseUser, Kept):
    """Somebody who works at the desk. Rights follow from role, unit and areas alone: see `access`."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=8)
    role = models.CharField(max_length=16, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="staff")
    areas = models.ManyToManyField(Area, blank=True, related_name="staff")
    is_active = models.BooleanField(default=True)
    totp_secret = models.TextField(blank=True, help_text="sealed, never plain")
    totp_confirmed_at = models.DateTimeField(null=True, blank=True)
    totp_last_step = models.BigIntegerField(default=0, help_text="last time step used: each code counts once")
    session_epoch = models.PositiveIntegerField(default=0, help_text="raise it to sign out everywhere")
    preferences = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role", "language"]

    class Meta:
        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return self.name
