"""Problems, rectification notices, key places under regulation."""

from django.urls import path

from assessments.views import key_places, notice_moves, notices, problems

urlpatterns = [
    path("problems/", problems.problem_list, name="problem-list"),
    path("problems/new", problems.problem_create, name="problem-create"),
    path("problems/<int:pk>/", problems.problem_detail, name="problem-detail"),
    path("problems/<int:pk>/edit", problems.problem_edit, name="problem-edit"),
    path("problems/<int:pk>/report", problems.problem_report, name="problem-report"),
    path("problems/<int:pk>/solve", problems.problem_solve, name="problem-solve"),
    path("problems/<int:pk>/return", problems.problem_return, name="problem-return"),
    path("problems/<int:pk>/reopen", problems.problem_reopen, name="problem-reopen"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/draft", notices.notice_draft, name="notice-draft"),
    path("notices/<int:pk>/", notices.notice_detail, name="notice-detail"),
    path("notices/<int:pk>/edit", notices.notice_edit, name="notice-edit"),
    path("notices/<int:pk>/notice.pdf", notices.notice_document, name="notice-document"),
    path("notices/<int:pk>/sign", notice_moves.notice_sign, name="notice-sign"),
    path("notices/<int:pk>/withdraw", notice_moves.notice_withdraw, name="notice-withdraw"),
    path("notices/<int:pk>/reply", notice_moves.notice_reply, name="notice-reply"),
    path("notices/<int:pk>/recheck", notice_moves.notice_recheck, name="notice-recheck"),
    path("key-places/", key_places.place_list, name="key-place-list"),
    path("key-places/new", key_places.place_create, name="key-place-create"),
    path("key-places/<int:pk>/", key_places.place_detail, name="key-place-detail"),
    path("key-places/<int:pk>/edit", key_places.place_edit, name="key-place-edit"),
    path("key-places/<int:pk>/plan", key_places.place_plan, name="key-place-plan"),
    path("key-places/<int:pk>/progress", key_places.place_progress, name="key-place-progress"),
    path("key-places/<int:pk>/delist", key_places.place_delist, name="key-place-delist"),
]
