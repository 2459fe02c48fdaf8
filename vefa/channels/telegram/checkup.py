"""Try a bot from outside and say what works, in words that tell what to do."""

from typing import Any

from vefa.channels.cleaning import clean_line
from vefa.channels.port import Finding, SendError
from vefa.channels.telegram.bot_api import BotApi


def findings(api: BotApi, *, polling: bool) -> list[Finding]:
    """Who the bot is and how its messages come. Never raises."""
    try:
        me = api.ask("getMe", {})
        hook = api.ask("getWebhookInfo", {})
    except SendError as error:
        return [
            Finding(ok=False, text=f"The bot does not answer: {error.reason}. Check the token and api_base.")
        ]
    name = clean_line(str(me.get("username", ""))) if isinstance(me, dict) else ""
    return [Finding(ok=True, text=f"The bot @{name} answers."), *_hook(hook, polling=polling)]


def _hook(hook: Any, *, polling: bool) -> list[Finding]:
    info = hook if isinstance(hook, dict) else {}
    url, trouble = clean_line(str(info.get("url", ""))), clean_line(str(info.get("last_error_message", "")))
    if polling and url:
        return [
            Finding(
                ok=False, text="A webhook is set, so polling gets nothing: remove it with set-webhook --off."
            )
        ]
    if polling:
        return [Finding(ok=True, text="Messages are fetched by polling.")]
    if not url:
        return [Finding(ok=False, text="No webhook is set: run set-webhook, or choose polling.")]
    lines = [Finding(ok=True, text=f"Messages come to {url}.")]
    if trouble:
        waiting = info.get("pending_update_count", 0)
        lines.append(Finding(ok=False, text=f"The provider says: {trouble}; {waiting} messages wait there."))
    return lines
