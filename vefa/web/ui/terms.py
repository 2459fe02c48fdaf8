"""The providers' rules in words: notices, ways to answer, refusals, lengths. Adapters give codes only."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vefa.channels.counting import used
from vefa.channels.manners import Freight, Tariff, Terms
from vefa.channels.sms.alphabets import Encoding
from vefa.channels.sms.encoding import parts
from vefa.web.ui import words

SOON = timedelta(hours=3)
PUBLIC = frozenset({"public_comment", "public"})  # notices that everybody will read the answer
BY_SERVER = frozenset({"x", "sms"})  # counted where the alphabets are; a browser counts the others

NOTICES: Mapping[str, Promise] = {
    "whatsapp_window": _(
        "24 hours have passed since they last wrote: WhatsApp passes on only a text that it approved."
    ),
    "not_written_yet": _("They have not written here yet: nothing can be sent before they do."),
    "human_agent": _("24 hours have passed: until seven days are over a person may still answer."),
    "window_over": _("The time in which they may be answered here is over. Call them, or write elsewhere."),
    "public_comment": _("Everybody can read this answer: no names, numbers or addresses."),
    "public": _("Everybody can read this answer: no names, numbers or addresses."),
    "live_only": _("Under a broadcast nobody can be answered in private after it has ended."),
    "private_once": _("In private they can be answered once, until they write there themselves."),
    "private_used": _("They have been answered in private; another answer goes when they write there."),
    "no_key": _("This account has no key to write with: answer in X itself, under the post."),
    "private_unstarted": _(
        "They have not written to our bot themselves: only in the group can they be answered."
    ),
    "private_hidden": _(
        "Who wrote this speaks in the group's own name: only in the group can they be answered."
    ),
    "private_over": _("Seven days have passed: this comment can be answered in public only."),
}
WAYS: Mapping[str, tuple[Promise, Promise]] = {
    "": (_("Plain answer"), _("your own words")),
    "template": (_("Approved text"), _("one that the provider has allowed")),
    "human_agent": (_("Answer by a person"), _("allowed for seven days")),
    "public": (_("In public"), _("everybody can read it")),
    "private": (_("In private"), _("only this person reads it")),
    "direct": (_("In private"), _("only this person reads it")),
    "thread": (_("In the group"), _("everybody there can read it")),
}
SLOTS: Mapping[str, Promise] = {
    "text": _("Word in the heading"),
    "image": _("Address of the picture at the top"),
    "video": _("Address of the video at the top"),
    "document": _("Address of the document at the top"),
    "url": _("End of the button's address"),
    "code": _("Code that the button copies"),
}
REFUSALS: Mapping[str, Promise] = {
    "closed": _("Nothing was sent: the provider lets nobody answer here now. Your words are kept below."),
    "no_such_way": _(
        "Nothing was sent: it cannot go that way any more. Choose another; your words are kept."
    ),
    "needs_template": _("Nothing was sent: choose an approved text. Your words are kept below."),
    "too_long": _("Nothing was sent: it is too long for this channel. Shorten it; your words are kept."),
    "buttons": _("Nothing was sent: fewer or shorter buttons, please. Everything is kept below."),
    "place": _("Nothing was sent: this channel takes no place now. Your words are kept below."),
}
_ENCLOSING: Mapping[str, Promise] = {
    "none": _("Nothing was sent: no files can go this way now."),
    "template": _("Nothing was sent: no files go with an approved text."),
    "too_many": _("Nothing was sent: at most %(count)s files go with one answer."),
    "too_large": _("Nothing was sent: %(name)s is larger than %(limit)s MB."),
    "together": _("Nothing was sent: the files together are larger than %(limit)s MB."),
    "empty": _("Nothing was sent: %(name)s is empty."),
    "type": _(
        "Nothing was sent: files such as %(name)s are not passed on. Pictures, sound, films, PDF, office"
        " papers and plain text are."
    ),
    "channel_type": _(
        "Nothing was sent: this channel does not take files such as %(name)s. Make a PDF or a picture of it."
    ),
    "picture": _("Nothing was sent: %(name)s is no picture that can be opened."),
    "no_room": _("Nothing was sent: there is no room for files now. Send the answer without them."),
}


def not_enclosed(code: str, *, name: str, limit: int) -> str:
    """Why files did not go along; `limit` in files or bytes."""
    said = str(_ENCLOSING[code]) if code in _ENCLOSING else code
    figures = {"count": words.digits(limit), "limit": words.digits(limit // 1_000_000)}
    return said % {"name": f"\u2068{name}\u2069", **figures}


def files(freight: Freight | None, *, shown: bool) -> str:
    """What files may go along, "" for none; `shown`: no message leaves, they stand on a page of ours."""
    if freight is None:
        return ""
    if shown:
        said = gettext("Up to %(count)s files, %(total)s MB together: they stand on the page of the case.")
    elif freight.apart:
        said = gettext("Up to %(count)s files, %(total)s MB together: each goes as a message of its own.")
    else:
        said = gettext("Up to %(count)s files, %(total)s MB together: they go in the same message.")
    return said % {
        "count": words.digits(freight.most),
        "total": words.digits(freight.together // 1_000_000),
    }


def notice(code: str) -> str:
    """What the writer must know, in words."""
    return str(NOTICES[code]) if code in NOTICES else code


def refusal(code: str) -> str:
    """Why an answer did not go."""
    return str(REFUSALS[code]) if code in REFUSALS else code


def left(terms: Terms, now: datetime) -> tuple[str, bool]:
    """How long free words may still go, and whether that is soon over; "" where it never ends."""
    if terms.until is None:
        return "", False
    rest = terms.until - now
    if rest <= timedelta():
        return gettext("the time for a free answer is over"), True
    return gettext("%(span)s left") % {"span": words.digits(words.span(rest))}, rest < SOON


def length(text: str, terms: Terms) -> str:
    """How much of what the provider counts a text takes; "" where nothing is counted."""
    if terms.counted == "sms":
        return _messages(text, terms.tariff or Tariff())
    if not terms.length:
        return ""
    count = {"used": words.digits(used(text, terms)), "limit": words.digits(terms.length)}
    if terms.counted == "utf8":
        return gettext("%(used)s of %(limit)s bytes") % count
    return gettext("%(used)s of %(limit)s characters") % count


def is_over(text: str, terms: Terms) -> bool:
    """Whether a text is longer than the provider takes."""
    return bool(terms.length) and used(text, terms) > terms.length


def _messages(text: str, tariff: Tariff) -> str:
    """Parts, free places, price, and the signs that make it dear."""
    if not text.strip():
        return ""
    found = parts(text, turkish=tariff.turkish, charset=tariff.charset)
    said = [
        ngettext("%(count)s message", "%(count)s messages", found.count)
        % {"count": words.digits(found.count)},
        gettext("%(count)s signs left in it") % {"count": words.digits(found.left)},
    ]
    if price := _price(found.count, tariff):
        said.append(price)
    if found.dear and found.encoding == Encoding.UCS2:
        signs = " ".join(dict.fromkeys(found.dear))[:20]
        said.append(gettext("dearer because of %(signs)s") % {"signs": signs})
    return " · ".join(said)


def _price(count: int, tariff: Tariff) -> str:
    try:
        price = Decimal(tariff.price) * count if tariff.price else None
    except InvalidOperation:
        return ""
    return f"{words.digits(f'{price:f}')} {tariff.currency}".strip() if price is not None else ""
