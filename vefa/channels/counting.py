"""How long a text is, in the unit that its provider counts."""

from collections.abc import Callable, Mapping

from vefa.channels.manners import Tariff, Terms
from vefa.channels.sms.encoding import parts
from vefa.channels.x.counting import weight

_COUNTS: Mapping[str, Callable[[str], int]] = {
    "characters": len,
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "utf8": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "x": weight,
}


def used(text: str, terms: Terms) -> int:
    """What the provider counts for a text; of an SMS its parts."""
    if terms.counted == "sms":
        tariff = terms.tariff or Tariff()
        return parts(text, turkish=tariff.turkish, charset=tariff.charset).count if text else 0
    return _COUNTS[terms.counted](text)
