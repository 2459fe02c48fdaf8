"""What arrived, the conversations it belongs to, and what is looked up about it."""

from vefa.inbox.models.arrived import (
    Attachment,
    AttachmentState,
    Contact,
    ContactState,
    Conversation,
    Delegation,
    Heard,
    Meeting,
    MeetingLine,
    PaperForm,
    PaperRun,
    PrivateMessage,
    PrivateSight,
    PrivateState,
    StaffAddress,
    random_key,
)
from vefa.inbox.models.lookups import (
    NameWanted,
    Post,
    PostState,
)

__all__ = [
    "Attachment",
    "AttachmentState",
    "Contact",
    "ContactState",
    "Conversation",
    "Delegation",
    "Heard",
    "Meeting",
    "MeetingLine",
    "NameWanted",
    "PaperForm",
    "PaperRun",
    "Post",
    "PostState",
    "PrivateMessage",
    "PrivateSight",
    "PrivateState",
    "StaffAddress",
    "random_key",
]
