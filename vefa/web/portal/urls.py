"""Addresses of the public pages."""

from django.urls import path

from vefa.web.portal import board, city_map, follow, home, look, outlines, pages, received, say, send, track
from vefa.web.portal.chat import pages as chat
from vefa.web.portal.report import (
    about,
    check,
    danger,
    draft,
    elsewhere,
    questions,
    reach,
    same,
    what,
    where,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("report", draft.begin, name="report"),
    path("report/what", what.what, name="report-what"),
    path("report/where", where.where, name="report-where"),
    path("report/same", same.same, name="report-same"),
    path("report/about", about.about, name="report-about"),
    path("report/questions", questions.questions, name="report-questions"),
    path("report/danger", danger.danger, name="report-danger"),
    path("report/elsewhere", elsewhere.elsewhere, name="report-elsewhere"),
    path("report/reach", reach.reach, name="report-reach"),
    path("report/check", check.check, name="report-check"),
    path("report/photo/<uuid:key>", draft.photo, name="draft-photo"),
    path("report/send", send.send, name="send"),
    path("chat", chat.begin, name="chat"),
    path("chat/<str:reference>/<str:secret>", chat.talk, name="talk"),
    path("r", look.look, name="look"),
    path("r/<str:reference>/<str:secret>", track.track, name="track"),
    path("r/<str:reference>/<str:secret>/received", received.received, name="received"),
    path("r/<str:reference>/<str:secret>/say", say.say, name="say"),
    path("r/<str:reference>/<str:secret>/file/<uuid:key>", track.file, name="file"),
    path("cases/", board.board, name="board"),
    path("cases/map", city_map.city_map, name="map"),
    path("cases/<int:case_id>", board.case, name="case"),
    path("cases/<int:case_id>/follow", follow.follow, name="follow"),
    path("areas.geojson", outlines.areas, name="areas"),
    path("help", pages.help_page, name="help"),
    path("accessibility", pages.accessibility, name="accessibility"),
    path("privacy", pages.privacy, name="privacy"),
]
