"""Committees, mediators, training, settings."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
