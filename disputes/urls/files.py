"""What is put into a case's file."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
