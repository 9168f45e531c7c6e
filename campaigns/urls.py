"""Addresses of the monthly returns, surveys, review and ledgers."""

from django.urls import path

import pingan.converters  # noqa: F401 - registers <month:month>
from campaigns.enums import Move
from campaigns.views import (
    activities,
    answers,
    drafts,
    ledgers,
    registers,
    returns,
    review,
    slips,
    surveys,
    workbooks,
)

app_name = "campaigns"
urlpatterns = [
    path("returns/", returns.return_list, name="return-list"),
    path("returns/open/", returns.month_open, name="month-open"),
    path("returns/<int:pk>/", returns.return_view, name="return-view"),
    path("returns/<int:pk>/submit/", returns.return_move, {"move": Move.SUBMIT}, "return-submit"),
    path(
        "returns/<int:pk>/withdraw/",
        returns.return_move,
        {"move": Move.WITHDRAW},
        "return-withdraw",
    ),
    path("returns/<int:pk>/accept/", returns.return_move, {"move": Move.ACCEPT}, "return-accept"),
    path(
        "returns/<int:pk>/send-back/",
        returns.return_move,
        {"move": Move.SEND_BACK},
        "return-send-back",
    ),
    path("returns/<int:pk>/<slug:activity>/", activities.activity, name="return-activity"),
    path("returns/<int:pk>/<slug:activity>/draft/", drafts.return_draft, name="return-draft"),
    path("review/", review.return_review, name="return-review"),
    path("review/<int:pk>/", review.review_detail, name="review-detail"),
    path("surveys/", surveys.survey_list, name="survey-list"),
    path("surveys/batch/", slips.slip_batch, name="survey-batch"),
    path("surveys/<int:pk>/undo/", slips.slip_undo, name="survey-undo"),
    path("surveys/tickets/", slips.ticket_list, name="survey-tickets"),
    path("surveys/tickets/void/", slips.ticket_void, name="survey-void"),
    path("s/<slug:token>", answers.slip_answer, name="slip-answer"),
    path("registers/", registers.register_index, name="register-index"),
    path("registers/coverage/", registers.register_coverage, name="register-coverage"),
    path("registers/coverage/download/", registers.coverage_download, name="coverage-download"),
    path("registers/units/<int:pk>/", registers.register_unit, name="register-unit"),
    path("registers/<slug:register>/", registers.register_list, name="register-list"),
    path(
        "registers/<slug:register>/download/", registers.register_download, name="register-download"
    ),
    path(
        "registers/<slug:register>/units/<int:pk>/", registers.register_edit, name="register-edit"
    ),
    path("workbook/", workbooks.workbook_latest, name="workbook-latest"),
    path("workbook/<month:month>/", workbooks.workbook_month, name="workbook-month"),
    path("workbook/<month:month>/download/", workbooks.workbook_download, name="workbook-download"),
    path("workbook/runs/<int:pk>/", workbooks.workbook_run, name="workbook-run"),
    path("workbook/runs/<int:pk>/apply/", workbooks.workbook_apply, name="workbook-apply"),
    path("workbook/runs/<int:pk>/undo/", workbooks.workbook_undo, name="workbook-undo"),
    path("ledgers/", ledgers.ledger_index, name="ledger-index"),
    path("ledgers/<slug:activity>/", ledgers.ledger_list, name="ledger-list"),
    path("ledgers/<slug:activity>/print/", ledgers.ledger_print, name="ledger-print"),
    path("ledgers/<slug:activity>/download/", ledgers.ledger_download, name="ledger-download"),
]
