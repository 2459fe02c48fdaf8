"""`vefa staff`: who may sign in at the desk."""

import secrets
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from getpass import getpass

from django.utils import timezone

from vefa.directory import accounts, second_factor
from vefa.directory.models import Role, Staff
from vefa.kit.loading import LANGUAGES
from vefa.wiring.cli.command import CommandError

EXAMPLES = (
    "vefa staff list",
    'vefa staff add ayse --name "Ayşe Kaya" --role operator --unit contact',
    "vefa staff password ayse            asks for it; from a pipe it reads one line",
    "vefa staff password ayse --random   makes one up and prints it once",
    "vefa staff disable ayse             keeps Ayşe out; what she did stays hers",
    "vefa staff enable ayse",
    "vefa staff reset-second-factor ayse the next sign-in sets up a new one",
)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="list everybody")
    add = actions.add_parser("add", help="add somebody")
    add.add_argument("username")
    add.add_argument("--name", required=True, help="as colleagues and residents read it")
    add.add_argument("--role", required=True, choices=Role.values)
    add.add_argument("--unit", default="", metavar="KEY", help="key of the unit")
    add.add_argument(
        "--language", default="", choices=LANGUAGES, help="of the desk (default: the municipality's)"
    )
    add.add_argument("--email", default="")
    password = actions.add_parser("password", help="set a password")
    password.add_argument("username")
    for each in (add, password):
        each.add_argument("--random", action="store_true", help="make a password up and print it once")
    for name, text in (
        ("disable", "keep somebody out"),
        ("enable", "let somebody in again"),
        ("reset-second-factor", "forget a lost second factor"),
    ):
        actions.add_parser(name, help=text).add_argument("username")


def run(options: Namespace) -> int:
    """Do it. Raises CommandError."""
    try:
        ACTIONS[options.action](options)
    except accounts.AccountError as error:
        raise CommandError(str(error)) from error
    return 0


def _list(_options: Namespace) -> None:
    for staff in Staff.objects.select_related("unit").order_by("username"):
        unit = staff.unit.key if staff.unit else "-"
        state = "" if staff.is_active else "  (disabled)"
        factor = "  second factor" if staff.totp_confirmed_at else ""
        print(f"{staff.username:<16} {staff.role:<14} {unit:<16} {staff.name}{factor}{state}")


def _add(options: Namespace) -> None:
    new = accounts.NewStaff(
        username=options.username,
        name=options.name,
        role=options.role,
        unit_key=options.unit,
        language=options.language,
        email=options.email,
    )
    password = _password(options)
    accounts.add(new, password=password, now=timezone.now())
    _tell(options, password, f"{options.username} can sign in.")


def _set_password(options: Namespace) -> None:
    staff = accounts.find(options.username)
    password = _password(options)
    accounts.set_password(staff, password=password, now=timezone.now())
    _tell(options, password, f"{options.username} has a new password and is signed out everywhere.")


def _disable(options: Namespace) -> None:
    accounts.set_active(accounts.find(options.username), active=False, now=timezone.now())
    print(f"{options.username} can no longer sign in.")


def _enable(options: Namespace) -> None:
    accounts.set_active(accounts.find(options.username), active=True, now=timezone.now())
    print(f"{options.username} can sign in.")


def _reset(options: Namespace) -> None:
    second_factor.reset(staff=accounts.find(options.username), now=timezone.now())
    print(f"{options.username} sets up a new second factor at the next sign-in.")


def _password(options: Namespace) -> str:
    """Made up, read from a pipe, or asked for twice: never an argument, which others on the machine see."""
    if options.random:
        return secrets.token_urlsafe(12)
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass("Password: ")
    if getpass("Once more: ") != first:
        raise CommandError("The two are different; nothing was changed.")
    return first


def _tell(options: Namespace, password: str, text: str) -> None:
    print(f"{text} Password: {password}" if options.random else text)


ACTIONS: Mapping[str, Callable[[Namespace], None]] = {
    "list": _list,
    "add": _add,
    "password": _set_password,
    "disable": _disable,
    "enable": _enable,
    "reset-second-factor": _reset,
}
