"""Addresses of the assessment."""

from django.urls import path

import pingan.converters  # noqa: F401 - registers <month:month>
from assessments.views import inspections, ledgers, months, scorecards

app_name = "assessments"
urlpatterns = [
    path("months/", months.latest, name="month-list"),
    path("months/<month:month>/", months.detail, name="month-detail"),
    path("months/<month:month>/close", months.close, name="month-close"),
    path("months/<month:month>/reopen", months.reopen, name="month-reopen"),
    path("editions/<int:pk>/publish", months.publish, name="edition-publish"),
    path("scorecards/<int:pk>/", scorecards.detail, name="scorecard-detail"),
    path("inspections/", inspections.index, name="inspection-list"),
    path("inspections/ledger/", ledgers.inspection_ledger, name="inspection-ledger"),
    path("inspections/ledger/print/", ledgers.inspection_print, name="inspection-print"),
    path("inspections/ledger/download/", ledgers.inspection_download, name="inspection-download"),
    path("inspections/groups/", inspections.groups, name="inspection-groups"),
    path(
        "inspections/<month:month>/<int:unit_pk>/new", inspections.create, name="inspection-create"
    ),
    path("inspections/<int:pk>/", inspections.edit, name="inspection-edit"),
]
