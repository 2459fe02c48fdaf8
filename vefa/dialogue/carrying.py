"""The files of an answer on their way: with the words where the channel carries them, else only told of."""

from collections.abc import Sequence

from django.utils.translation import ngettext, override
from msgspec.structs import replace

from vefa.channels.manners import Carrier, Freight, Ruled, Standing, Terms
from vefa.channels.port import Adapter, BusyError, Parcel, ParcelFile, RejectedError
from vefa.dialogue.audience import Listener
from vefa.dialogue.enclosing import count_of, fits, of_replies, within_house
from vefa.dialogue.models import Delivery, Enclosure
from vefa.dialogue.values import link
from vefa.directory.queries import municipality
from vefa.inbox.files import full_path
from vefa.kit.saying import gettext_noop


def freight_now(adapter: Adapter, terms: Terms | None) -> Freight | None:
    """What files may go through this account by the rules of this moment; None: none."""
    if not isinstance(adapter, Carrier) or adapter.freight is None:
        return None
    return within_house(adapter.freight) if terms is None or terms.files else None


def laden(parcel: Parcel, delivery: Delivery, adapter: Adapter) -> Parcel:
    """The parcel with the files of its reply, or with a line about them where this channel takes none.

    Raises RejectedError where a file is gone, BusyError where the disk does not give it.
    """
    talk = delivery.conversation
    if not count_of(delivery.reply) or talk is None or parcel.at is None:
        return parcel
    enclosed = of_replies([delivery.reply])[delivery.reply_id]
    standing = Standing(
        now=parcel.at, heard_at=parcel.heard_at, thread=parcel.thread, public=talk.public, group=talk.public
    )
    freight = freight_now(adapter, adapter.terms(standing) if isinstance(adapter, Ruled) else None)
    if freight is not None and fits(enclosed, freight):
        return replace(parcel, attachments=tuple(_read(one) for one in enclosed))
    return replace(parcel, text=f"{parcel.text}\n\n{_told(parcel, delivery, enclosed)}")


def _read(one: Enclosure) -> ParcelFile:
    try:
        content = full_path(one.path).read_bytes()
    except FileNotFoundError as error:
        raise RejectedError(gettext_noop("a file of this answer is no longer on the disk")) from error
    except OSError as error:
        raise BusyError(gettext_noop("the disk does not give the files of this answer")) from error
    return ParcelFile(name=one.name, content_type=one.content_type, content=content)


def _told(parcel: Parcel, delivery: Delivery, enclosed: Sequence[Enclosure]) -> str:
    """Where the files are: on the reader's own page; whoever has none asks for them."""
    case, talk = delivery.reply.case, delivery.conversation
    own = case is not None and talk is not None and case.conversation_id == talk.pk and not talk.public
    with override(parcel.language or "en"):
        if own and case is not None:
            return ngettext(
                "A file belongs to this answer. You find it here: %(link)s",
                "Files belong to this answer. You find them here: %(link)s",
                len(enclosed),
            ) % {"link": link(Listener(talk, case))}
        return ngettext(
            "A file belongs to this answer that cannot be sent here. Ask us for it: %(phone)s",
            "Files belong to this answer that cannot be sent here. Ask us for them: %(phone)s",
            len(enclosed),
        ) % {"phone": municipality().phone}
