"""The colour board and its public view."""

from django.urls import path

import pingan.converters  # noqa: F401 - registers <month:month>
from assessments.views import board

urlpatterns = [
    path("board/", board.latest, name="board-latest"),
    path("board/<month:month>/", board.show, name="board-month"),
    path("public/board/<str:code>/", board.public, name="board-public"),
]
