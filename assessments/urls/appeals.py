"""The preview before publication, and appeals."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
