"""Problems, rectification notices, key places under regulation."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
