"""Namings."""

from django.urls import URLPattern, path

from assessments.views import (
    decision_documents,
    naming_decisions,
    naming_kinds,
    naming_rates,
    namings,
)

urlpatterns: list[URLPattern] = [
    path("namings/", namings.index, name="naming-list"),
    path("namings/list.xlsx", naming_rates.list_download, name="naming-download"),
    path("namings/print", naming_rates.list_print, name="naming-print"),
    path("namings/decision.pdf", decision_documents.naming_document, name="naming-document"),
    path("namings/new", namings.start, name="naming-start"),
    path("namings/decide", naming_decisions.decide, name="naming-decide"),
    path("namings/rates/", naming_rates.index, name="naming-rates"),
    path("namings/rates/rates.xlsx", naming_rates.rates_download, name="naming-workbook"),
    path("namings/kinds/", naming_kinds.index, name="naming-kinds"),
    path("namings/kinds/new", naming_kinds.edit, name="naming-kind"),
    path("namings/kinds/<int:pk>/", naming_kinds.detail, name="naming-standard"),
    path("namings/kinds/<int:pk>/edit", naming_kinds.edit, name="naming-kind"),
    path("namings/kinds/<int:pk>/lines/new", naming_kinds.criterion, name="naming-criterion"),
    path(
        "namings/kinds/<int:pk>/lines/<int:line>",
        naming_kinds.criterion,
        name="naming-criterion",
    ),
    path(
        "namings/kinds/<int:pk>/lines/<int:line>/drop",
        naming_kinds.criterion_drop,
        name="naming-linedrop",
    ),
    path("namings/<int:pk>/", namings.detail, name="naming-detail"),
    path("namings/<int:pk>/edit", namings.edit, name="naming-edit"),
    path("namings/<int:pk>/take-back", namings.take_back, name="naming-retract"),
    path("namings/<int:pk>/drop", namings.drop, name="naming-drop"),
    path("namings/<int:pk>/check", namings.check, name="naming-check"),
    path("namings/<int:pk>/send-back", naming_decisions.send_back, name="naming-return"),
    path("namings/<int:pk>/refuse", naming_decisions.refuse, name="naming-refuse"),
    path("namings/<int:pk>/recheck", naming_decisions.recheck, name="naming-recheck"),
    path("namings/<int:pk>/renew", naming_decisions.renew, name="naming-renew"),
    path("namings/<int:pk>/withdraw", naming_decisions.withdraw, name="naming-withdraw"),
]
