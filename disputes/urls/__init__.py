"""Addresses of the disputes, one module a subject."""

from disputes.urls import boards, cases, committees, documents, files, ledgers, subsidies

app_name = "disputes"
urlpatterns = [
    *files.urlpatterns,
    *cases.urlpatterns,
    *documents.urlpatterns,
    *committees.urlpatterns,
    *subsidies.urlpatterns,
    *boards.urlpatterns,
    *ledgers.urlpatterns,
]
