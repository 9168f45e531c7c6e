"""The colour board and its public view."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
