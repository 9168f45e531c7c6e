"""Every address of the product."""

from django.urls import include, path

from pingan.views import accounts, audit, files, jobs, offline, settings, units

kernel = [
    path("service-worker.js", offline.service_worker, name="service-worker"),
    path("offline", offline.offline, name="offline-page"),
    path("sign-in", accounts.sign_in, name="sign-in"),
    path("sign-out", accounts.sign_out, name="sign-out"),
    path("password", accounts.password_change, name="password-change"),
    path("accounts/", accounts.account_list, name="account-list"),
    path("accounts/new", accounts.account_create, name="account-create"),
    path("accounts/<int:pk>/", accounts.account_edit, name="account-edit"),
    path("accounts/<int:pk>/activate", accounts.account_activate, name="account-activate"),
    path("accounts/<int:pk>/reset", accounts.account_reset, name="account-reset"),
    path("accounts/<int:pk>/unlock", accounts.account_unlock, name="account-unlock"),
    path("audit/", audit.audit_list, name="audit-list"),
    path("security/", settings.security, name="security-settings"),
    path("county-settings/", settings.county, name="county-settings"),
    path("county-settings/offices", settings.office_name_add, name="office-name-add"),
    path("files/<int:pk>", files.file_download, name="file-download"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job-detail"),
    path("jobs/<int:pk>/progress", jobs.job_progress, name="job-progress"),
    path("units/", units.unit_list, name="unit-list"),
    path("units/import", units.unit_import, name="unit-import"),
    path("units/<int:pk>/", units.unit_detail, name="unit-detail"),
    path("units/<int:pk>/<slug:what>", units.unit_change, name="unit-change"),
]

urlpatterns = [
    path("", include((kernel, "pingan"))),
    path("", include("campaigns.urls")),
    path("", include("assessments.urls")),
    path("", include("disputes.urls")),
    path("", include("reports.urls")),
]
