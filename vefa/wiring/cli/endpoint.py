"""`vefa endpoint`: the accounts on which people write to the city."""

import secrets as randomness
import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace, _SubParsersAction
from collections.abc import Callable
from datetime import UTC, datetime

from vefa.channels import registry
from vefa.channels.accounts import (
    AccountError,
    NewEndpoint,
    adapter_of,
    add,
    endpoint_of,
    endpoints,
    pause,
    replace_secret,
    resume,
    retire,
    secrets_of,
    set_secrets,
)
from vefa.channels.models import Endpoint
from vefa.channels.port import SendError
from vefa.channels.sealing import UnsealableError
from vefa.channels.telegram.adapter import Telegram
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
_BY_HAND = ("portal", "phone", "counter", "letter", "meeting", "headman")

type _Parsers = _SubParsersAction[ArgumentParser]
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
        ("set-webhook", "tell Telegram where to push messages"),
        ("rotate-secret", "replace the webhook secret; the old one stays good until the next change"),
    ):
        action = actions.add_parser(name, help=summary)
        action.add_argument("key")
        action.add_argument("--public-url", default="", help="where the provider reaches us: https://…")
        action.add_argument("--off", action="store_true", help="remove the webhook")
    passwords = actions.add_parser("set-secret", help="enter a password or token anew")
    passwords.add_argument("key")
    passwords.add_argument("name", choices=("token", "imap_password", "smtp_password"))
    passwords.add_argument("value")


def _add_parser(parser: ArgumentParser) -> None:
    channels = parser.add_subparsers(dest="channel", required=True, metavar="CHANNEL")
    telegram = _named(channels, "telegram", "a bot of Telegram or Bale")
    telegram.add_argument("--token", required=True, help="the bot's token")
    telegram.add_argument("--secret", default="", help="proves the webhook's caller; made up when missing")
    telegram.add_argument("--api-base", default="", help="another server that speaks the Bot API")
    telegram.add_argument(
        "--polling", action="store_true", help="fetch messages: nobody reaches us from outside"
    )
    _email_arguments(_named(channels, "email", "a mailbox"))
    for channel in _BY_HAND:
        _named(channels, channel, "a door without a provider")


def _named(channels: "_Parsers", channel: str, summary: str) -> ArgumentParser:
    parser = channels.add_parser(channel, help=summary)
    parser.add_argument("--key", required=True, help="its short name; part of the hook's URL")
    parser.add_argument("--name", default="", help="its name for people")
    parser.add_argument("--language", default="tr", choices=LANGUAGES)
    return parser


def _email_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--address", required=True)
    for side, securities in (("imap", "tls"), ("smtp", "starttls")):
        parser.add_argument(f"--{side}-host", default="")
        parser.add_argument(f"--{side}-port", default="")
        parser.add_argument(f"--{side}-user", default="")
        parser.add_argument(f"--{side}-password", default="")
        parser.add_argument(f"--{side}-security", default=securities, choices=("tls", "starttls", "none"))
    parser.add_argument("--imap-folder", default="INBOX")
    parser.add_argument("--authserv-id", default="", help="our mail server's name in Authentication-Results")
    parser.add_argument("--plus-addressing", action=BooleanOptionalAction, default=False)


def run(options: Namespace) -> int:
    """Do the action. Raises CommandError."""
    try:
        return _STEPS[options.action](options)
    except (AccountError, UnsealableError, registry.UnknownChannelError) as error:
        raise CommandError(str(error)) from error
    except SendError as error:
        raise CommandError(f"The provider refused: {error.reason}") from error


def _add(options: Namespace) -> int:
    settings, secrets = _MAKERS.get(options.channel, _nothing)(options)
    new = NewEndpoint(
        key=options.key,
        channel=options.channel,
        names={options.language: options.name} if options.name else {},
        language=options.language,
        settings=settings,
        secrets=secrets,
    )
    endpoint = add(new)
    _say(f"Added {endpoint.key} ({endpoint.channel}).")
    if options.channel == "telegram":
        _say(f"Its messages come to /hooks/telegram/{endpoint.key}; set-webhook tells Telegram so.")
    return 0


def _telegram(options: Namespace) -> tuple[dict[str, str], dict[str, str]]:
    settings = {"api_base": options.api_base, "polling": "yes" if options.polling else ""}
    secret = options.secret or randomness.token_urlsafe(32)
    return _filled(settings), {"token": options.token, "secret": secret}


def _email(options: Namespace) -> tuple[dict[str, str], dict[str, str]]:
    sides = [f"{side}_{part}" for side in ("imap", "smtp") for part in ("host", "port", "user", "security")]
    named = {
        name: getattr(options, name) for name in [*sides, "address", "authserv_id", "imap_folder", "name"]
    }
    plus = {"plus_addressing": "yes" if options.plus_addressing else ""}
    passwords = {name: getattr(options, name) for name in ("imap_password", "smtp_password")}
    return _filled({**named, **plus}), _filled({**passwords, "reply_key": randomness.token_urlsafe(32)})


def _nothing(_options: Namespace) -> tuple[dict[str, str], dict[str, str]]:
    return {}, {}


def _filled(texts: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


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
    pause(options.key)
    _say("Sending is paused; what is written waits.")
    return 0


def _resume(options: Namespace) -> int:
    resume(options.key)
    _say("Sending goes on.")
    return 0


def _remove(options: Namespace) -> int:
    retire(options.key, now=datetime.now(UTC))
    _say("Retired. What was said on it stays.")
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
        bot = _bot(endpoint, adapter_of(endpoint, http))
        if options.off:
            bot.delete_webhook()
            _say("The webhook is gone; what waits there comes by polling.")
            return 0
        url = _hook_url(options.public_url, endpoint)
        bot.set_webhook(url, secret=_secret(endpoint))
    _say(f"Messages come to {url}.")
    return 0


def _rotate(options: Namespace) -> int:
    """First both secrets are good here, then the provider learns the new one."""
    replace_secret(options.key, randomness.token_urlsafe(32))
    _say("The new secret is set; the old one stays good until the next change.")
    return _set_webhook(options) if options.public_url else 0


def _set_secret(options: Namespace) -> int:
    set_secrets(options.key, {options.name: options.value})
    _say(f"Changed {options.name}.")
    return 0


def _bot(endpoint: Endpoint, adapter: object) -> Telegram:
    if not isinstance(adapter, Telegram):
        raise CommandError(f"{endpoint.key} is no bot: only Telegram and Bale have webhooks.")
    return adapter


def _hook_url(public_url: str, endpoint: Endpoint) -> str:
    if not public_url.startswith(("https://", "http://")):
        raise CommandError("Say where the provider reaches us: --public-url https://…")
    return f"{public_url.rstrip('/')}/hooks/{endpoint.channel}/{endpoint.key}"


def _secret(endpoint: Endpoint) -> str:
    from_table = secrets_of(endpoint).get("secret", "")
    if not from_table:
        raise CommandError(f"{endpoint.key} has no secret: run rotate-secret first.")
    return from_table


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


_MAKERS = {"telegram": _telegram, "email": _email}
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
