"""Vetoes, and the record of one unit."""

from django.urls import URLPattern, path

from assessments.views import decision_documents, unit_records, vetoes

urlpatterns: list[URLPattern] = [
    path("vetoes/", vetoes.index, name="veto-list"),
    path("vetoes/new", vetoes.propose, name="veto-propose"),
    path("vetoes/conditions/", vetoes.conditions, name="veto-conditions"),
    path("vetoes/conditions/new", vetoes.condition, name="veto-condition"),
    path("vetoes/conditions/<int:pk>", vetoes.condition, name="veto-condition"),
    path("vetoes/<int:pk>/", vetoes.detail, name="veto-detail"),
    path("vetoes/<int:pk>/decision.pdf", decision_documents.veto_document, name="veto-document"),
    path("vetoes/<int:pk>/edit", vetoes.edit, name="veto-edit"),
    path("vetoes/<int:pk>/decide", vetoes.decide, name="veto-decide"),
    path("vetoes/<int:pk>/refuse", vetoes.refuse, name="veto-refuse"),
    path("vetoes/<int:pk>/lift", vetoes.lift, name="veto-lift"),
    path("unit-records/<int:pk>/", unit_records.detail, name="unit-record"),
]
