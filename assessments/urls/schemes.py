"""Schemes: list, editor, trial, adoption; groups of peers."""

from django.urls import path

from assessments.views import peer_groups, scheme_drafts, scheme_items, schemes

urlpatterns = [
    path("schemes/", schemes.index, name="scheme-list"),
    path("schemes/<int:pk>/", schemes.detail, name="scheme-detail"),
    path("schemes/<int:pk>/print", schemes.printed, name="scheme-print"),
    path("schemes/<int:pk>/scheme.xlsx", schemes.download, name="scheme-download"),
    path("schemes/<int:pk>/compare", schemes.side_by_side, name="scheme-compare"),
    path("schemes/<int:pk>/copy", schemes.copy, name="scheme-copy"),
    path("schemes/<int:pk>/head", scheme_drafts.edit_head, name="scheme-edit"),
    path("schemes/<int:pk>/points", scheme_drafts.weigh, name="scheme-weigh"),
    path("schemes/<int:pk>/trial", scheme_drafts.try_out, name="scheme-trial"),
    path("schemes/<int:pk>/adopt", scheme_drafts.adopt, name="scheme-adopt"),
    path("schemes/<int:pk>/withdraw", scheme_drafts.withdraw, name="scheme-withdraw"),
    path("schemes/<int:pk>/items/new", scheme_items.create, name="scheme-add"),
    path("schemes/items/<int:pk>/", scheme_items.edit, name="scheme-change"),
    path("schemes/items/<int:pk>/remove", scheme_items.remove, name="scheme-remove"),
    path("peer-groups/", peer_groups.index, name="peer-group-list"),
    path("peer-groups/new", peer_groups.create, name="peer-group-create"),
    path("peer-groups/<int:pk>/", peer_groups.edit, name="peer-group-edit"),
    path("peer-groups/<int:pk>/end", peer_groups.end, name="peer-group-end"),
]
