"""What is put into a case's file, and how a case ends.

Joined before the addresses of the case: three of its moves have pages of their own here.
"""

from django.urls import path

from disputes.views import agreements, endings, files

urlpatterns = [
    path("disputes/<int:pk>/file/", files.read, name="dispute-file-read"),
    path("disputes/<int:pk>/rights/", files.note_rights, name="dispute-rights-note"),
    path(
        "disputes/<int:pk>/records/<slug:kind>/new/",
        files.create_record,
        name="dispute-record-create",
    ),
    path("disputes/records/<int:pk>/", files.edit_record, name="dispute-record-edit"),
    path("disputes/records/<int:pk>/paper/", files.download_record, name="dispute-record-download"),
    path("disputes/<int:pk>/agreement/", agreements.edit, name="dispute-agreement-edit"),
    path(
        "disputes/<int:pk>/performances/new/", agreements.perform, name="dispute-performance-create"
    ),
    path(
        "disputes/performances/<int:pk>/paper/",
        files.download_performance,
        name="dispute-performance-download",
    ),
    path("disputes/<int:pk>/confirmation/", agreements.confirm, name="dispute-agreement-confirm"),
    path("disputes/<int:pk>/visits/new/", files.create_visit, name="dispute-visit-create"),
    path("disputes/<int:pk>/police/", files.report_to_police, name="dispute-police"),
    path("disputes/<int:pk>/prevention/", files.prevent, name="dispute-prevent"),
    path("disputes/<int:pk>/move/fail/", endings.fail, name="dispute-fail"),
    path("disputes/<int:pk>/move/guide/", endings.guide, name="dispute-guide"),
    path("disputes/<int:pk>/move/close/", endings.close, name="dispute-close"),
]
