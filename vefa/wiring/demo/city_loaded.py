"""The demo city put in place: its folder loaded, its staff able to sign in."""

import secrets
from datetime import datetime
from pathlib import Path

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db.models import Q

from vefa.directory.load.engine import load_folder
from vefa.directory.models import Municipality, Staff
from vefa.wiring.demo.welcome import KEY, PASSWORD_FILE
from vefa.wiring.folder import SECTIONS
from vefa.wiring.home import write_secret

FOLDER = Path(__file__).parent / "city"


class OtherCityError(Exception):
    """The installation holds a real municipality: no invented history may be mixed with its own."""


class BrokenCityError(Exception):
    """The folder of the demo city cannot be loaded; the text holds what is wrong."""


def put_in_place(*, now: datetime) -> bool:
    """Load the city unless it is there; whether it was loaded. Raises OtherCityError or BrokenCityError."""
    present = Municipality.objects.first()
    if present is not None and present.key != KEY:
        raise OtherCityError(
            f"this installation holds {present}: take another --home for the demo, and its own database"
        )
    if present is not None:
        return False
    report = load_folder(FOLDER, SECTIONS, now=now, actor="system")
    if report.problems:
        raise BrokenCityError("; ".join(map(str, report.problems)))
    return True


def let_staff_in(home: Path) -> None:
    """Give all demo staff one password, made up at the first time and kept in the home.

    Those who have a password of their own keep it.
    """
    path = home / PASSWORD_FILE
    if not path.exists():
        write_secret(path, "-".join(secrets.token_hex(2) for _ in range(3)))
    password = path.read_text(encoding="utf-8").strip()
    without = Staff.objects.filter(retired_at=None).filter(
        Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    )
    if without.exists():
        without.update(password=make_password(password))
