"""Problems, rectification notices, key places under regulation."""

from django.urls import path

from assessments.views import problems

urlpatterns = [
    path("problems/", problems.problem_list, name="problem-list"),
    path("problems/new", problems.problem_create, name="problem-create"),
    path("problems/<int:pk>/", problems.problem_detail, name="problem-detail"),
    path("problems/<int:pk>/edit", problems.problem_edit, name="problem-edit"),
    path("problems/<int:pk>/report", problems.problem_report, name="problem-report"),
    path("problems/<int:pk>/solve", problems.problem_solve, name="problem-solve"),
    path("problems/<int:pk>/return", problems.problem_return, name="problem-return"),
    path("problems/<int:pk>/reopen", problems.problem_reopen, name="problem-reopen"),
]
