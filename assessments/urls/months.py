"""The month: desk, editions, scorecards."""

from django.urls import path

import pingan.converters  # noqa: F401 - registers <month:month>
from assessments.views import months, scorecards

urlpatterns = [
    path("months/", months.latest, name="month-list"),
    path("months/<month:month>/", months.detail, name="month-detail"),
    path("months/<month:month>/close", months.close, name="month-close"),
    path("months/<month:month>/reopen", months.reopen, name="month-reopen"),
    path("editions/<int:pk>/preview", months.preview, name="edition-preview"),
    path("editions/<int:pk>/publish", months.publish, name="edition-publish"),
    path("scorecards/<int:pk>/", scorecards.detail, name="scorecard-detail"),
]
