"""Addresses of the assessment, one module a subject."""

from assessments.urls import (
    appeals,
    board,
    inspections,
    months,
    namings,
    problems,
    rewards,
    schemes,
    vetoes,
)

app_name = "assessments"
urlpatterns = [
    *months.urlpatterns,
    *schemes.urlpatterns,
    *inspections.urlpatterns,
    *appeals.urlpatterns,
    *board.urlpatterns,
    *problems.urlpatterns,
    *vetoes.urlpatterns,
    *namings.urlpatterns,
    *rewards.urlpatterns,
]
