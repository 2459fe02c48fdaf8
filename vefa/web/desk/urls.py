"""The addresses of the desk."""

from django.urls import path

from vefa.web.desk import (
    acts,
    case,
    citizen,
    enter,
    files,
    gallery,
    profile,
    queue,
    ready,
    reply,
    sign_in,
    troubles,
)

app_name = "desk"
urlpatterns = [
    path("", queue.home, name="queue"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("second", sign_in.second, name="second"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("profile", profile.profile, name="profile"),
    path("profile/second-step", profile.new_second_step, name="new-second-step"),
    path("profile/leave", profile.leave_everywhere, name="leave-everywhere"),
    path("lists/<slug:view>", queue.queue, name="list"),
    path("search", queue.search, name="search"),
    path("new", enter.enter, name="enter"),
    path("new/hints", enter.hints, name="hints"),
    path("new/<str:reference>", enter.entered, name="entered"),
    path("cases/<int:case_id>", case.case, name="case"),
    path("cases/<int:case_id>/talk", case.talk, name="talk"),
    path("cases/<int:case_id>/around", case.around, name="around"),
    path("cases/<int:case_id>/phrases", ready.ready, name="phrases"),
    path("cases/<int:case_id>/reply", reply.reply, name="reply"),
    path("cases/<int:case_id>/draft", reply.draft, name="draft"),
    path("cases/<int:case_id>/replies/<int:reply_id>/take-back", reply.take_back, name="take-back"),
    path("cases/<int:case_id>/decide", acts.decide, name="decide"),
    path("cases/<int:case_id>/do/<slug:name>", acts.act, name="act"),
    path("files/<uuid:key>", files.file, name="file"),
    path("drafts", troubles.drafts, name="drafts"),
    path("troubles", troubles.page, name="troubles"),
    path("troubles/contacts/<int:contact_id>", troubles.again, name="again"),
    path("troubles/deliveries/<int:delivery_id>", troubles.settle, name="settle"),
    path("citizens/<int:citizen_id>", citizen.citizen, name="citizen"),
    path("gallery", gallery.gallery, name="gallery"),
    path("gallery/areas", gallery.areas, name="gallery-areas"),
]
