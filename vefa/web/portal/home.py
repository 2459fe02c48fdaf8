"""First page: what do you want to do?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vefa.channels.queries import has_door
from vefa.web.portal.report import answers as kept


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Report, follow, look at what others reported, or call."""
    begun = bool(request.COOKIES) and kept.read(request.session).begun
    return render(request, "portal/home.html", {"begun": begun, "chatting": has_door("chat")})
