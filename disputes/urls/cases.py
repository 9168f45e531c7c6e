"""The case: register, lists, page, moves, hand-over, levels."""

from django.urls import path

from disputes.views import cases, handovers, levels, moves, names, register

urlpatterns = [
    path("disputes/", cases.index, name="dispute-list"),
    path("disputes/mine/", cases.mine, name="dispute-mine"),
    path("disputes/new/", register.create, name="dispute-create"),
    path("disputes/search/", names.search, name="dispute-search"),
    path("disputes/<int:pk>/", cases.detail, name="dispute-detail"),
    path("disputes/<int:pk>/edit/", register.edit, name="dispute-edit"),
    path("disputes/<int:pk>/take/", register.take, name="dispute-take"),
    path("disputes/<int:pk>/names/", names.look, name="dispute-names"),
    path("disputes/<int:pk>/move/<slug:move>/", moves.make, name="dispute-move"),
    path("disputes/<int:pk>/hand-over/", handovers.offer, name="dispute-offer"),
    path("disputes/handovers/<int:pk>/", handovers.answer, name="dispute-answer"),
    path("disputes/<int:pk>/up/", levels.escalate, name="dispute-escalate"),
    path("disputes/<int:pk>/pause/", levels.pause, name="dispute-pause"),
    path("disputes/<int:pk>/resume/", levels.resume, name="dispute-resume"),
]
