"""What the Cloud API pushes, as far as we look at it; everything that we do not name is left alone.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks, read in November 2026.
"""

from typing import Any

from msgspec import Struct


class Profile(Struct, frozen=True):
    """How people call themselves."""

    name: str = ""
    username: str = ""


class Known(Struct, frozen=True):
    """Who wrote. Who has a username may hide the number: then only `user_id` is there."""

    wa_id: str = ""
    user_id: str = ""
    profile: Profile = Profile()


class Metadata(Struct, frozen=True):
    """Which of our numbers it came to."""

    phone_number_id: str = ""
    display_phone_number: str = ""


class Context(Struct, frozen=True):
    """What a message answers, and whether it was passed on."""

    id: str = ""
    forwarded: bool = False
    frequently_forwarded: bool = False


class Text(Struct, frozen=True):
    """Plain words."""

    body: str = ""


class Media(Struct, frozen=True):
    """A file that WhatsApp keeps for seven days."""

    id: str = ""
    mime_type: str = ""
    caption: str = ""
    filename: str = ""
    voice: bool = False


class Location(Struct, frozen=True):
    """A point, and what stands there."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Phone(Struct, frozen=True):
    """One number on a card."""

    phone: str = ""
    wa_id: str = ""


class CardName(Struct, frozen=True):
    """The name on a card."""

    formatted_name: str = ""
    first_name: str = ""
    last_name: str = ""


class Card(Struct, frozen=True):
    """Somebody's card."""

    name: CardName = CardName()
    phones: list[Phone] = []


class Button(Struct, frozen=True):
    """A button under a template that was pressed."""

    text: str = ""
    payload: str = ""


class Choice(Struct, frozen=True):
    """One answer of those that were offered."""

    id: str = ""
    title: str = ""
    description: str = ""


class FormAnswer(Struct, frozen=True):
    """A form that was filled in inside WhatsApp."""

    body: str = ""
    response_json: str = ""


class Interactive(Struct, frozen=True):
    """An answer that was chosen, not written."""

    button_reply: Choice | None = None
    list_reply: Choice | None = None
    nfm_reply: FormAnswer | None = None


class Reaction(Struct, frozen=True):
    """An emoji under a message; without one it was taken back."""

    message_id: str = ""
    emoji: str = ""


class System(Struct, frozen=True):
    """Something happened to the person's account."""

    type: str = ""
    body: str = ""
    wa_id: str = ""
    new_wa_id: str = ""
    user_id: str = ""


class Revoke(Struct, frozen=True):
    """A message was taken back."""

    original_message_id: str = ""


class Referral(Struct, frozen=True):
    """The advertisement or post from which somebody came."""

    source_url: str = ""
    source_id: str = ""
    source_type: str = ""
    headline: str = ""
    body: str = ""


class ErrorData(Struct, frozen=True):
    """More about an error."""

    details: str = ""


class Error(Struct, frozen=True):
    """What went wrong, in the provider's words."""

    code: int = 0
    title: str = ""
    message: str = ""
    error_data: ErrorData = ErrorData()


class Message(Struct, frozen=True, rename={"sender": "from"}):
    """One message of a resident, or one that our side wrote with the WhatsApp Business app (`to`)."""

    id: str = ""
    type: str = ""
    timestamp: int = 0
    sender: str = ""
    from_user_id: str = ""
    to: str = ""
    group_id: str = ""
    context: Context | None = None
    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    contacts: list[Card] = []
    button: Button | None = None
    interactive: Interactive | None = None
    reaction: Reaction | None = None
    system: System | None = None
    edit: "Edit | None" = None
    revoke: Revoke | None = None
    referral: Referral | None = None
    errors: list[Error] = []


class Edit(Struct, frozen=True):
    """New words for an earlier message."""

    original_message_id: str = ""
    message: Message = Message()


class Status(Struct, frozen=True):
    """What became of a message of ours."""

    id: str = ""
    status: str = ""
    timestamp: int = 0
    recipient_id: str = ""
    recipient_user_id: str = ""
    recipient_participant_id: str = ""
    biz_opaque_callback_data: str = ""
    type: str = ""
    errors: list[Error] = []


class CallEvent(Struct, frozen=True, rename={"sender": "from"}):
    """Somebody rang inside WhatsApp."""

    id: str = ""
    event: str = ""
    timestamp: int = 0
    sender: str = ""
    from_user_id: str = ""
    to: str = ""
    direction: str = ""


class Value(Struct, frozen=True):
    """What changed: at most one thing in each arrival of ours."""

    metadata: Metadata = Metadata()
    contacts: list[Known] = []
    messages: list[Message] = []
    message_echoes: list[Message] = []
    statuses: list[Status] = []
    calls: list[CallEvent] = []
    errors: list[Error] = []
    event: str = ""
    message_template_name: str = ""
    message_template_language: str = ""
    reason: str | None = None


class Change(Struct, frozen=True):
    """A kind of thing and its content."""

    field: str = ""
    value: Value = Value()


class Entry(Struct, frozen=True):
    """One business account."""

    id: str = ""
    time: Any = 0
    changes: list[Change] = []


class Push(Struct, frozen=True):
    """One body."""

    object: str = ""
    entry: list[Entry] = []
