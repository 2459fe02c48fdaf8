"""`vefa endpoint`: the accounts on which people write to the city."""

import secrets as randomness
import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.db import transaction

from vefa.channels import registry
from vefa.channels.accounts import (
    AccountError,
    NewEndpoint,
    add,
    door_url,
    endpoint_of,
    endpoints,
    pause,
    remember_pushing,
    replace_secret,
    resume,
    secrets_of,
)
from vefa.channels.administering import Act, makes_secret, retire
from vefa.channels.manners import Channel, Field, Subscriber
from vefa.channels.models import Endpoint
from vefa.channels.port import SendError
from vefa.channels.sealing import UnsealableError
from vefa.directory.queries import is_loaded, municipality
from vefa.inbox.doors import adapter_of
from vefa.journal.record import Happening, record
from vefa.kit.loading import LANGUAGES
from vefa.wiring.cli.command import CommandError

EXAMPLES = (
    "vefa endpoint add telegram --key bot --token 123:ABC --secret a-long-random-word",
    "vefa endpoint add telegram --key bale --token 123:ABC --api-base https://tapi.bale.ai --polling",
    "vefa endpoint add email --key mail --address city@example.org --imap-host … --smtp-host …",
    "vefa endpoint set-webhook bot --public-url https://city.example.org",
    "vefa endpoint list        vefa endpoint check bot        vefa endpoint pause bot",
    "vefa endpoint rotate-secret bot --public-url https://city.example.org",
)
ACTOR = "system"  # in the journal: whoever operates the machine
_COMMON = frozenset({"key", "name", "language"})  # every channel has them

type _Step = Callable[[Namespace], int]


def add_arguments(parser: ArgumentParser) -> None:
    """One action each with its own arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_parser(actions.add_parser("add", help="add an account"))
    actions.add_parser("list", help="show every account")
    for name, summary in (
        ("pause", "stop sending; what is written waits"),
        ("resume", "send again"),
        ("remove", "retire the account; its history stays"),
        ("check", "try it from outside"),
    ):
        actions.add_parser(name, help=summary).add_argument("key")
    for name, summary in (
        ("set-webhook", "tell the provider where to push messages"),
        ("rotate-secret", "replace the webhook secret; the old one stays good until the next change"),
    ):
        action = actions.add_parser(name, help=summary)
        action.add_argument("key")
        action.add_argument("--public-url", default="", help="where the provider reaches us: https://…")
        action.add_argument("--off", action="store_true", help="remove the webhook")
    passwords = actions.add_parser("set-secret", help="enter a password or token anew")
    passwords.add_argument("key")
    passwords.add_argument("name", metavar="NAME", help="as the channel's README calls it, such as token")
    passwords.add_argument("value")


def _add_parser(parser: ArgumentParser) -> None:
    """One sub-command for each channel, with an argument for each line of its form."""
    channels = parser.add_subparsers(dest="channel", required=True, metavar="CHANNEL")
    for channel in registry.CHANNELS.values():
        _channel_arguments(channels.add_parser(channel.key, help=channel.summary), channel)


def _channel_arguments(parser: ArgumentParser, channel: Channel) -> None:
    parser.add_argument("--key", required=True, help="its short name; part of the hook's URL")
    parser.add_argument("--name", default="", help="its name for people")
    parser.add_argument("--language", choices=LANGUAGES, help="to people whose own is not known")
    for line in channel.fields:
        if line.name not in _COMMON:
            _field_argument(parser, line, required=channel.needs(line, {"door": _has_door(channel)}))


def _has_door(channel: Channel) -> bool:
    """Whether its accounts may stand behind another's door, where they need no keys of their own."""
    return any(line.name == "door" for line in channel.fields)


def _field_argument(parser: ArgumentParser, line: Field, *, required: bool) -> None:
    flag, text = "--" + line.name.replace("_", "-"), f"{line.label}. {line.hint}".strip().replace("%", "%%")
    if line.yes_no:
        parser.add_argument(flag, action=BooleanOptionalAction, default=line.default == "yes", help=text)
    elif line.choices:
        parser.add_argument(flag, choices=line.choices, default=line.default, help=text)
    else:
        parser.add_argument(flag, required=required, default=line.default, help=text)


def run(options: Namespace) -> int:
    """Do the action. Raises CommandError."""
    try:
        return _STEPS[options.action](options)
    except (AccountError, UnsealableError, registry.UnknownChannelError) as error:
        raise CommandError(str(error)) from error
    except SendError as error:
        raise CommandError(f"The provider refused: {error.reason}") from error


def _add(options: Namespace) -> int:
    channel = registry.channel_of(options.channel)
    door = _door(options, channel)
    given = {line: _given(options, line) for line in channel.fields}
    language = options.language or (municipality().default_language if is_loaded() else LANGUAGES[0])
    settings = {line.name: text for line, text in given.items() if text and not line.secret}
    if channel.gives_secret(settings) and not options.secret:
        raise CommandError("The provider makes the secret of this account: say it with --secret.")
    new = NewEndpoint(
        key=options.key,
        channel=options.channel,
        names={language: options.name} if options.name else {},
        language=language,
        settings=settings,
        secrets={line.name: text for line, text in given.items() if text and line.secret},
    )
    with transaction.atomic():
        endpoint = add(new)
        _tell(endpoint, "endpoint.added", channel=endpoint.channel, key=endpoint.key)
    _say(f"Added {endpoint.key} ({endpoint.channel}).")
    if door:
        _say(f"Its messages come through the door of {door}.")
    elif channel.pushed:
        _say(f"Its messages come to /hooks/{channel.key}/{endpoint.key}; set-webhook tells the provider so.")
    return 0


def _door(options: Namespace, channel: Channel) -> str:
    """Behind whose door it is to stand; one of its own needs all that the channel asks for."""
    door = getattr(options, "door", "") or ""
    if door:
        endpoint_of(door)
    missing = [one.name for one in channel.fields if channel.needs(one, {"door": door})]
    lacking = ["--" + name.replace("_", "-") for name in missing if not getattr(options, name)]
    if lacking:
        raise CommandError(
            f"Missing: {', '.join(lacking)}; or --door and the key of the account that has them."
        )
    return door


def _given(options: Namespace, line: Field) -> str:
    """What stands in one line of the form; a secret that nobody gave is made up where it may be."""
    value = getattr(options, line.name)
    if line.yes_no:
        return "yes" if value else ""
    if value and line.number and not line.takes(value):
        least, most = line.number
        flag = line.name.replace("_", "-")
        raise CommandError(f"--{flag} is {value}: write a number from {least} to {most}.")
    made_up = line.made_up and not getattr(options, "door", "")
    return value or (randomness.token_urlsafe(32) if made_up else "")


def _list(_options: Namespace) -> int:
    found = endpoints()
    if not found:
        _say("There is no account yet: see vefa endpoint add --help.")
    for endpoint in found:
        _say(f"{endpoint.key:20} {endpoint.channel:10} {_state(endpoint)}")
    return 0


def _state(endpoint: Endpoint) -> str:
    if not endpoint.active:
        return "off"
    if endpoint.outbound_paused:
        return "sending is paused"
    return f"trouble: {endpoint.trouble}" if endpoint.trouble else "on"


def _pause(options: Namespace) -> int:
    with transaction.atomic():
        pause(options.key)
        _tell(endpoint_of(options.key), "endpoint.paused")
    _say("Sending is paused; what is written waits.")
    return 0


def _resume(options: Namespace) -> int:
    with transaction.atomic():
        resume(options.key)
        _tell(endpoint_of(options.key), "endpoint.resumed")
    _say("Sending goes on.")
    return 0


def _remove(options: Namespace) -> int:
    retire(endpoint_of(options.key).pk, Act(by=ACTOR, now=datetime.now(UTC)))
    _say("Retired. What was said on it stays; the worker tells its provider to push no more.")
    return 0


def _check(options: Namespace) -> int:
    with registry.network_client() as http:
        found = adapter_of(endpoint_of(options.key), http).check()
    for finding in found:
        _say(f"{'ok ' if finding.ok else 'BAD'} {finding.text}")
    return 0 if all(finding.ok for finding in found) else 1


def _set_webhook(options: Namespace) -> int:
    endpoint = endpoint_of(options.key)
    with registry.network_client() as http:
        adapter = adapter_of(endpoint, http)
        if not isinstance(adapter, Subscriber):
            raise CommandError(f"{endpoint.key} ({endpoint.channel}) has no webhook that we could set.")
        if options.off:
            adapter.unsubscribe()
            remember_pushing(endpoint.key, wanted=False)
            _say("The webhook is gone; what waits there comes by polling.")
            return 0
        url = _hook_url(options.public_url, endpoint)
        adapter.subscribe(url, secret=_secret(endpoint))
    remember_pushing(endpoint.key, wanted=True, public_url=options.public_url)
    _say(f"Messages come to {url}.")
    return 0


def _rotate(options: Namespace) -> int:
    """First both secrets are good here, then the provider learns the new one. Raises CommandError."""
    if not makes_secret(endpoint_of(options.key)):
        words = "The provider gives this secret: enter the new one with set-secret KEY secret VALUE."
        raise CommandError(words)
    _replace(options.key, randomness.token_urlsafe(32))
    _say("The new secret is set; the old one stays good until the next change.")
    return _set_webhook(options) if options.public_url else 0


def _set_secret(options: Namespace) -> int:
    if options.name == "secret":
        _replace(options.key, options.value)
        _say("The new secret is set; the old one stays good until the next change.")
        return 0
    with transaction.atomic():
        kept = replace_secret(options.key, options.value, name=options.name)
        _tell(endpoint_of(options.key), "endpoint.secret_entered", secret=options.name)
    after = " The old one stays good until the next change." if kept else ""
    _say(f"Changed {options.name}.{after}")
    return 0


@transaction.atomic
def _replace(key: str, secret: str) -> None:
    replace_secret(key, secret)
    _tell(endpoint_of(key), "endpoint.secret_rotated")


def _tell(endpoint: Endpoint, kind: str, **data: str) -> None:
    """Say in the journal what was done here; secrets are never told."""
    subject = f"endpoint:{endpoint.pk}"
    record([Happening(kind=kind, subject=subject, actor=ACTOR, at=datetime.now(UTC), data=data)])


def _hook_url(public_url: str, endpoint: Endpoint) -> str:
    if public_url and not public_url.startswith(("https://", "http://")):
        raise CommandError("Say where the provider reaches us: --public-url https://…")
    url = door_url(endpoint)
    return f"{public_url.rstrip('/')}{urlsplit(url).path}" if public_url else url


def _secret(endpoint: Endpoint) -> str:
    from_table = secrets_of(endpoint).get("secret", "")
    if not from_table:
        raise CommandError(f"{endpoint.key} has no secret: run rotate-secret first.")
    return from_table


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


_STEPS: dict[str, _Step] = {
    "add": _add,
    "list": _list,
    "pause": _pause,
    "resume": _resume,
    "remove": _remove,
    "check": _check,
    "set-webhook": _set_webhook,
    "rotate-secret": _rotate,
    "set-secret": _set_secret,
}
