"""Ledgers in and out."""

from django.urls import path

from disputes.views import imports, ledgers

urlpatterns = [
    path("disputes/ledger/", ledgers.index, name="ledger-list"),
    path("disputes/ledger/print/", ledgers.printed, name="ledger-print"),
    path("disputes/ledger/download/", ledgers.download, name="ledger-download"),
    path("disputes/ledger/names/", ledgers.names, name="ledger-names"),
    path("disputes/imports/", imports.index, name="import-list"),
    path("disputes/imports/template/", imports.template, name="import-template"),
    path("disputes/imports/<int:pk>/", imports.detail, name="import-detail"),
    path("disputes/imports/<int:pk>/apply/", imports.apply, name="import-apply"),
    path("disputes/imports/<int:pk>/undo/", imports.undo, name="import-undo"),
]
