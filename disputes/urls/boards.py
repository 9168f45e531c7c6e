"""The township's and the county's board, workload."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
