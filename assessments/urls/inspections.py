"""Inspections: the month's list, visits, groups, sheets, draws, ratings, their ledger."""

from django.urls import path

import pingan.converters  # noqa: F401 - registers <month:month>
from assessments.enums import VisitKind
from assessments.views import (
    draws,
    findings,
    inspection_groups,
    inspections,
    ledgers,
    ratings,
    sheets,
)

OPEN, SECRET = {"kind": VisitKind.OPEN}, {"kind": VisitKind.SECRET}
VISIT = "inspections/<month:month>/<int:unit_pk>"

urlpatterns = [
    path("inspections/", inspections.index, name="inspection-list"),
    path("inspections/ledger/", ledgers.inspection_ledger, name="inspection-ledger"),
    path("inspections/ledger/print/", ledgers.inspection_print, name="inspection-print"),
    path("inspections/ledger/download/", ledgers.inspection_download, name="inspection-download"),
    path("inspections/groups/", inspection_groups.groups, name="inspection-groups"),
    path("inspections/groups/new", inspection_groups.create, name="inspection-group-create"),
    path("inspections/groups/<int:pk>/", inspection_groups.edit, name="inspection-group-edit"),
    path("inspections/groups/<int:pk>/end", inspection_groups.end, name="inspection-group-end"),
    path("inspections/sheets/", sheets.sheets, name="inspection-sheets"),
    path("inspections/sheets/<int:level>/<str:kind>/", sheets.edit, name="inspection-sheet-edit"),
    path("inspections/focus/<month:month>/", sheets.focus, name="inspection-focus"),
    # The addresses of new sheets are known to static/service-worker.js and static/offline.js.
    path(f"{VISIT}/open/", inspections.create, OPEN, name="inspection-create"),
    path(f"{VISIT}/open/sync/", inspections.sync, OPEN, name="inspection-sync"),
    path(f"{VISIT}/secret/", inspections.create, SECRET, name="inspection-secret"),
    path(f"{VISIT}/secret/sync/", inspections.sync, SECRET, name="inspection-secret-sync"),
    path(f"{VISIT}/<str:kind>/paper", sheets.paper, name="inspection-paper"),
    path("inspections/<int:pk>/", inspections.edit, name="inspection-edit"),
    path("inspections/<int:pk>/problem", findings.raise_one, name="inspection-problem"),
    path("draws/", draws.index, name="draw-list"),
    path("draws/new", draws.create, name="draw-create"),
    path("draws/<int:pk>/", draws.detail, name="draw-detail"),
    path("draws/<int:pk>/draw", draws.draw, name="draw-draw"),
    path("draws/<int:pk>/cancel", draws.cancel, name="draw-cancel"),
    path("draws/<int:pk>/verify", draws.verify, name="draw-verify"),
    path("draws/<int:pk>/record", draws.record, name="draw-record"),
    path("ratings/", ratings.index, name="rating-list"),
    path("ratings/<month:month>/", ratings.edit, name="rating-edit"),
]
