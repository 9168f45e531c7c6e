"""Schemes: list, editor, trial, adoption; groups of peers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
