"""First page: what do you want to do?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vefa.channels.queries import has_door
from vefa.web.portal import closed
from vefa.web.portal.report import answers as kept


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Report, follow, look at what others reported, or call."""
    begun = kept.begun(request.session) if request.COOKIES else None
    doors = {"taking": closed.is_open(), "chatting": has_door("chat")}
    return render(request, "portal/home.html", {"begun": begun, **doors})
