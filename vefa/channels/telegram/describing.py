"""What the registry knows of a bot, of a group and of a channel of the city: how each is added."""

from vefa.channels.manners import Channel, Field
from vefa.channels.telegram.adapter import build
from vefa.kit.saying import gettext_noop

_DOOR = Field(
    name="door",
    label=gettext_noop("The bot in it"),
    hint=gettext_noop("The key of the bot's own account here: its token serves all its groups and channels."),
    required=True,
)
_BOT = Channel(
    key="telegram",
    summary="a bot of Telegram or Bale",
    build=build,
    pushed=True,
    steps=(
        gettext_noop("Open Telegram, write to @BotFather and send /newbot. In Bale write to @botfather."),
        gettext_noop("Choose a name and a short name that ends in “bot”; copy the token of the answer."),
        gettext_noop("We tell the messenger ourselves where to push messages; nothing is to be done there."),
    ),
    fields=(
        Field(
            name="token",
            label=gettext_noop("The bot's token"),
            hint=gettext_noop("@BotFather gives it: digits, a colon, letters."),
            secret=True,
            required=True,
        ),
        Field(
            name="secret",
            label=gettext_noop("Secret of the webhook"),
            hint=gettext_noop("Proves who calls us; made up where you leave it empty."),
            secret=True,
            made_up=True,
        ),
        Field(
            name="api_base",
            leads=("token",),
            label=gettext_noop("Another server"),
            hint=gettext_noop("For Bale and others that speak the same language: https://tapi.bale.ai"),
        ),
        Field(
            name="polling",
            label=gettext_noop("Fetch the messages ourselves"),
            hint=gettext_noop("Where nobody reaches this machine from outside."),
            yes_no=True,
        ),
    ),
)
_GROUP = Channel(
    key="telegram_group",
    summary="a group in which such a bot takes part",
    build=build,
    steps=(
        gettext_noop("Add the bot's own account here first; then take the bot into the group."),
        gettext_noop(
            "Make it an administrator, or switch its privacy mode off at @BotFather: else it hears nothing."
        ),
    ),
    account="chat_id",
    crowd=True,
    fields=(
        _DOOR,
        Field(
            name="chat_id",
            label=gettext_noop("Number of the chat"),
            hint=gettext_noop("A negative number; the bot tells it when somebody adds it to a group."),
            required=True,
        ),
        Field(
            name="answers",
            label=gettext_noop("Where to answer"),
            hint=gettext_noop("In private only to those who have written to the bot; else in the thread."),
            choices=("thread", "private"),
            default="thread",
        ),
        Field(
            name="subject",
            label=gettext_noop("What the group is for"),
            hint=gettext_noop("The key of a group of services, such as water: its matters are found sooner."),
        ),
    ),
)
_POSTS = Channel(
    key="telegram_channel",
    summary="a channel in which the city announces, with such a bot as its administrator",
    build=build,
    account="chat_id",
    crowd=True,
    announces=True,
    fields=(
        _DOOR,
        Field(
            name="chat_id",
            label=gettext_noop("Number of the channel"),
            hint=gettext_noop("A negative number; the bot tells it when it becomes an administrator there."),
            required=True,
        ),
    ),
)
CHANNELS = (_BOT, _GROUP, _POSTS)
