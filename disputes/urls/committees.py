"""Committees, mediators, training, settings."""

from django.urls import path

from disputes.views import committees, mediators, settings, trainings

urlpatterns = [
    path("committees/", committees.index, name="committee-list"),
    path("committees/register/", committees.counts, name="committee-register"),
    path("committees/register/download", committees.download, name="committee-download"),
    path("committees/new/", committees.create, name="committee-create"),
    path("committees/<int:pk>/", committees.detail, name="committee-detail"),
    path("committees/<int:pk>/edit/", committees.edit, name="committee-edit"),
    path("committees/<int:pk>/elect/", committees.elect, name="committee-elect"),
    path("committees/<int:pk>/dissolve/", committees.dissolve, name="committee-dissolve"),
    path("committees/<int:pk>/mediators/new/", mediators.create, name="committee-mediator-create"),
    path("mediators/<int:pk>/", mediators.edit, name="committee-mediator-edit"),
    path("mediators/<int:pk>/end/", mediators.end, name="committee-mediator-end"),
    path("mediators/<int:pk>/name/", mediators.look, name="committee-mediator-name"),
    path("trainings/", trainings.index, name="committee-training-list"),
    path("trainings/new/", trainings.create, name="committee-training-create"),
    path("trainings/<int:pk>/", trainings.edit, name="committee-training-edit"),
    path("dispute-settings/", settings.index, name="setting-list"),
    path("dispute-settings/days/", settings.days, name="setting-days"),
    path("dispute-settings/<slug:kind>/new/", settings.term_add, name="setting-term-add"),
    path("dispute-settings/<slug:kind>/<slug:code>/", settings.term_edit, name="setting-term-edit"),
    path(
        "dispute-settings/<slug:kind>/<slug:code>/change",
        settings.term_change,
        name="setting-term-change",
    ),
    path("subsidy-rates/new/", settings.rate_create, name="setting-rate-create"),
    path("subsidy-rates/<int:pk>/", settings.rate_edit, name="setting-rate-edit"),
    path("subsidy-rates/<int:pk>/remove", settings.rate_remove, name="setting-rate-remove"),
]
