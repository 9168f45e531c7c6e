"""Printed papers and the whole case file."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
