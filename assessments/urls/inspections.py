"""Inspections: the month's list, visits, groups, their ledger."""

from django.urls import path

import pingan.converters  # noqa: F401 - registers <month:month>
from assessments.views import inspections, ledgers

urlpatterns = [
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
