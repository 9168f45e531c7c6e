"""Ledgers in and out."""

from django.urls import path

from disputes.views import imports, ledgers

urlpatterns = [
    path("disputes/ledger/", ledgers.index, name="ledger-list"),
    path("disputes/ledger/print/", ledgers.printed, name="ledger-print"),
    path("disputes/ledger/download/", ledgers.download, name="ledger-download"),
    path("disputes/ledger/names/", ledgers.names, name="ledger-names"),
    path("disputes/imports/", imports.index, name="ledger-import"),
    path("disputes/imports/template/", imports.template, name="ledger-template"),
    path("disputes/imports/<int:pk>/", imports.detail, name="ledger-run"),
    path("disputes/imports/<int:pk>/apply/", imports.apply, name="ledger-run-apply"),
    path("disputes/imports/<int:pk>/undo/", imports.undo, name="ledger-run-undo"),
]
