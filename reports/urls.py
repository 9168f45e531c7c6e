"""Addresses of the home page and the reports."""

from django.urls import path

import pingan.converters  # noqa: F401 - registers <month:month>
from reports.views import (
    bulletins,
    burden,
    cases,
    colours,
    dashboard,
    fairness,
    home,
    matrix,
    ranking,
    standings,
    surveys,
    verify,
)

app_name = "reports"
urlpatterns = [
    path("", home.home, name="home"),
    path("public/verify/", verify.public, name="verify-public"),
    path("inbox/seen", home.inbox_seen, name="inbox-seen"),
    path("matrix/", matrix.latest, name="matrix-latest"),
    path("matrix/<month:month>/", matrix.show, name="matrix-month"),
    path("ranking/", ranking.latest, name="ranking-latest"),
    path("ranking/<month:month>/", ranking.show, name="ranking-month"),
    path("ranking/<month:month>/ranking.xlsx", ranking.download, name="ranking-download"),
    path("standings/", standings.latest, name="standing-latest"),
    path("standings/<int:year>/", standings.show, name="standing-year"),
    path("standings/<int:year>/print/", standings.printed, name="standing-year-print"),
    path("standings/<int:year>/standings.xlsx", standings.download, name="standing-year-download"),
    path("standings/<int:year>/q<int:quarter>/", standings.show, name="standing-quarter"),
    path(
        "standings/<int:year>/q<int:quarter>/print/",
        standings.printed,
        name="standing-quarter-print",
    ),
    path(
        "standings/<int:year>/q<int:quarter>/standings.xlsx",
        standings.download,
        name="standing-quarter-download",
    ),
    path("survey-indexes/", surveys.latest, name="survey-index-latest"),
    path("survey-indexes/<month:month>/", surveys.show, name="survey-index-month"),
    path(
        "survey-indexes/<month:month>/indexes.xlsx", surveys.download, name="survey-index-download"
    ),
    path("fairness/", fairness.latest, name="fairness-latest"),
    path("fairness/<month:month>/", fairness.show, name="fairness-month"),
    path("colours/", colours.show, name="colour-matrix"),
    path("dashboard/", dashboard.latest, name="dashboard-latest"),
    path("dashboard/<month:month>/", dashboard.show, name="dashboard-month"),
    path("burden/", burden.overview, name="burden-overview"),
    path("burden/<month:month>/", burden.show, name="burden-month"),
    path("bulletins/", bulletins.register, name="bulletin-list"),
    path("bulletins/new/<int:edition_pk>/", bulletins.preview, name="bulletin-preview"),
    path("bulletins/new/<int:edition_pk>/issue", bulletins.issue, name="bulletin-issue"),
    path("bulletins/<int:pk>/", bulletins.detail, name="bulletin-detail"),
    path("bulletins/<int:pk>/<str:file_name>", bulletins.download, name="bulletin-download"),
    path("cases/", cases.register, name="case-list"),
    path("cases/new/<int:year>/q<int:quarter>/", cases.preview, name="case-preview"),
    path("cases/new/<int:year>/q<int:quarter>/issue", cases.issue, name="case-issue"),
    path("cases/<int:pk>/", cases.detail, name="case-detail"),
    path("cases/<int:pk>/<str:file_name>", cases.download, name="case-download"),
]
