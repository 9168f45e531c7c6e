"""Rewards, rewards for information, tenures and archives."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
