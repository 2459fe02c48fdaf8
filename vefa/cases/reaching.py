"""Where somebody who is answered by mail can be called: read in the statement that opens their case."""

from django.db.models import Case as Where
from django.db.models import OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from vefa.cases.models import CaseContact
from vefa.channels.registry import CHANNELS
from vefa.citizens.models import Address, Citizen

_BY_MAIL = Q(conversation__address__space="email")


def beside_mail() -> dict[str, Where]:
    """The form by which a case was reported, and the first number of its person; null on every other case.

    Nothing of it is looked up where no mail is answered.
    """
    forms = sorted(key for key, channel in CHANNELS.items() if channel.by_hand)
    opened = CaseContact.objects.filter(case=OuterRef("pk"), opened=True).order_by("id")
    root = Coalesce(OuterRef(OuterRef("citizen__merged_into")), OuterRef(OuterRef("citizen")))
    person = Citizen.objects.filter(Q(id=root) | Q(merged_into_id=root)).values("id")
    # By what no index knows: the person's few are looked through, never all numbers that there are.
    space = Coalesce("space", Value(""))
    numbers = Address.objects.alias(sort=space).filter(citizen_id__in=person, sort="phone")
    numbers = numbers.order_by("created_at", "id")
    return {
        "form": Where(
            When(_BY_MAIL & Q(channel__in=forms), then=Subquery(opened.values("contact__raw")[:1]))
        ),
        "phone": Where(When(_BY_MAIL, then=Subquery(numbers.values("value")[:1]))),
    }
