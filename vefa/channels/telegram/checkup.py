"""Try a bot from outside and say what works, in words that tell what to do."""

from typing import Any

from vefa.channels.cleaning import clean_line
from vefa.channels.port import Finding, SendError
from vefa.channels.telegram.bot_api import BotApi
from vefa.kit.saying import Sentence

DEAF = Sentence(
    "The bot is deaf there: privacy mode is on, so it hears commands and answers to "
    "itself alone. Make it an administrator, or switch privacy mode off (@BotFather, "
    "/setprivacy) and add it to the group again."
)


def findings(api: BotApi, *, polling: bool) -> list[Finding]:
    """Who the bot is and how its messages come. Never raises."""
    try:
        me = api.ask("getMe", {})
        hook = api.ask("getWebhookInfo", {})
    except SendError as error:
        return [
            Finding(
                ok=False,
                text=Sentence(
                    "The bot does not answer: %(reason)s. Check the token and api_base.", reason=error.reason
                ),
            )
        ]
    name = clean_line(str(me.get("username", ""))) if isinstance(me, dict) else ""
    return [
        Finding(ok=True, text=Sentence("The bot @%(name)s answers.", name=name)),
        *_hook(hook, polling=polling),
    ]


def _hook(hook: Any, *, polling: bool) -> list[Finding]:
    info = hook if isinstance(hook, dict) else {}
    url, trouble = clean_line(str(info.get("url", ""))), clean_line(str(info.get("last_error_message", "")))
    if polling and url:
        return [
            Finding(
                ok=False,
                text=Sentence(
                    "A webhook is set, so fetching gets nothing: switch “Fetch the messages ourselves” off"
                    " under “Keys and settings”."
                ),
            )
        ]
    if polling:
        return [Finding(ok=True, text=Sentence("Messages are fetched by polling."))]
    if not url:
        return [
            Finding(
                ok=False,
                text=Sentence("No webhook is set: press “Tell the provider where to push”."),
            )
        ]
    lines = [Finding(ok=True, text=Sentence("Messages come to %(url)s.", url=url))]
    if trouble:
        waiting = info.get("pending_update_count", 0)
        lines.append(
            Finding(
                ok=False,
                text=Sentence(
                    "The provider says: %(trouble)s; %(waiting)s messages wait there.",
                    trouble=trouble,
                    waiting=waiting,
                ),
            )
        )
    return lines


def findings_of_chat(api: BotApi, chat_id: int | str) -> list[Finding]:
    """Whether the bot is in the group or channel, hears what is said there, and may speak. Never raises."""
    try:
        me = _object(api.ask("getMe", {}))
    except SendError as error:
        return [
            Finding(
                ok=False,
                text=Sentence(
                    "The bot does not answer: %(reason)s. Check the bot's own account.", reason=error.reason
                ),
            )
        ]
    try:
        chat = _object(api.ask("getChat", {"chat_id": chat_id}))
        there = _object(api.ask("getChatMember", {"chat_id": chat_id, "user_id": me.get("id", 0)}))
    except SendError as error:
        text = Sentence(
            "The bot is not in %(chat_id)s: %(reason)s. Add it there, or correct the number of the chat.",
            chat_id=chat_id,
            reason=error.reason,
        )
        return [Finding(ok=False, text=text)]
    title, status = clean_line(str(chat.get("title", chat_id))), str(there.get("status", ""))
    if status in {"left", "kicked"}:
        return [
            Finding(
                ok=False, text=Sentence("The bot was removed from “%(title)s”: add it again.", title=title)
            )
        ]
    found = [
        Finding(
            ok=True,
            text=Sentence("The bot is in “%(title)s” as %(state)s.", title=title, state=clean_line(status)),
        )
    ]
    if chat.get("type") == "channel":
        return [*found, _may_post(there)]
    return [*found, _hears(me, status), _may_speak(there)]


def _hears(me: dict[str, Any], status: str) -> Finding:
    """In privacy mode a bot hears only commands and answers to itself, unless it is an administrator."""
    if status in {"administrator", "creator"}:
        return Finding(ok=True, text=Sentence("It hears everything that is said there, and sees thumbs."))
    if me.get("can_read_all_group_messages"):
        text = Sentence("It hears everything that is said there; thumbs it sees only as an administrator.")
        return Finding(ok=True, text=text)
    return Finding(ok=False, text=DEAF)


def _may_speak(there: dict[str, Any]) -> Finding:
    if there.get("status") == "restricted" and not there.get("can_send_messages"):
        return Finding(ok=False, text=Sentence("The bot may not write there: allow it to send messages."))
    return Finding(ok=True, text=Sentence("The bot may write there."))


def _may_post(there: dict[str, Any]) -> Finding:
    if there.get("status") == "administrator" and there.get("can_post_messages"):
        return Finding(ok=True, text=Sentence("The bot may post there."))
    return Finding(
        ok=False, text=Sentence("The bot may not post there: make it an administrator who may post messages.")
    )


def _object(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}
