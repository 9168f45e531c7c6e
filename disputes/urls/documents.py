"""Printed papers and the whole case file."""

from django.urls import path

from disputes.views import documents

urlpatterns = [
    path("disputes/<int:pk>/documents/", documents.index, name="document-list"),
    path("disputes/<int:pk>/documents/files/<int:file_pk>/", documents.whole, name="document-file"),
]
