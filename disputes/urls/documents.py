"""Printed papers and the whole case file."""

from django.urls import path

from disputes.views import documents

urlpatterns = [
    path("disputes/<int:pk>/documents/", documents.index, name="dispute-documents"),
    path(
        "disputes/<int:pk>/documents/files/<int:file_pk>/", documents.whole, name="dispute-casefile"
    ),
]
