"""The township's and the county's board, workload."""

from django.urls import path

from disputes.views import boards

urlpatterns = [
    path("disputes/county/", boards.county, name="dispute-county"),
    path("disputes/board/", boards.board, name="dispute-board"),
    path("disputes/board/download/", boards.download, name="dispute-board-download"),
]
