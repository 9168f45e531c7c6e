"""Addresses of the monthly returns, surveys, review and ledgers."""

from django.urls import path

import pingan.converters  # noqa: F401 - registers <month:month>
from campaigns.enums import Move
from campaigns.views import (
    activities,
    answers,
    checking,
    drafts,
    extensions,
    followups,
    grids,
    indicator_books,
    indicator_catalogue,
    indicator_figures,
    indicator_tables,
    indicators,
    ledgers,
    notices,
    offline,
    paper,
    registers,
    reopening,
    reporting,
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
    path("returns/paper/", paper.return_paper, name="return-paper"),
    path("returns/paper/download/", paper.paper_download, name="paper-download"),
    path("returns/code/", paper.return_by_code, name="return-code"),
    path("f/<str:code>", paper.return_by_code, name="return-by-code"),
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
    path("returns/<int:pk>/follow-ups/", followups.follow_up_register, name="follow-up-register"),
    path("follow-ups/", followups.follow_up_list, name="follow-up-list"),
    path("follow-ups/<int:pk>/", followups.follow_up_view, name="follow-up-view"),
    path("follow-ups/<int:pk>/edit/", followups.follow_up_edit, name="follow-up-edit"),
    path("follow-ups/<int:pk>/solve/", followups.follow_up_solve, name="follow-up-solve"),
    path("follow-ups/<int:pk>/escalate/", followups.follow_up_escalate, name="follow-up-escalate"),
    path("returns/<int:pk>/print/", paper.return_print, name="return-print"),
    path("returns/<int:pk>/extension/", extensions.return_extension, name="return-extension"),
    path("returns/<int:pk>/reopen/", reopening.return_reopen, name="return-reopen"),
    path("returns/<int:pk>/<slug:activity>/", activities.activity, name="return-activity"),
    path(
        "returns/<int:pk>/<slug:activity>/print/",
        paper.activity_print,
        name="return-print-activity",
    ),
    path("returns/<int:pk>/<slug:activity>/check/", checking.activity_check, name="return-check"),
    path("returns/<int:pk>/<slug:activity>/draft/", drafts.return_draft, name="return-draft"),
    path("returns/<int:pk>/<slug:activity>/sync/", offline.return_sync, name="return-sync"),
    path("reopen-requests/", reopening.reopen_list, name="reopen-list"),
    path("reopen-requests/<int:pk>/", reopening.reopen_decide, name="reopen-decide"),
    path("reporting/", reporting.reporting_latest, name="reporting-latest"),
    path("reporting/<month:month>/", reporting.reporting_month, name="reporting-month"),
    path(
        "reporting/<month:month>/download/", reporting.reporting_download, name="reporting-download"
    ),
    path("review/", review.return_review, name="return-review"),
    path("review/<int:pk>/", review.review_detail, name="review-detail"),
    path("surveys/", surveys.survey_list, name="survey-list"),
    path("surveys/batch/", slips.slip_batch, name="survey-batch"),
    path("surveys/<int:pk>/undo/", slips.slip_undo, name="survey-undo"),
    path("surveys/tickets/", slips.ticket_list, name="survey-tickets"),
    path("surveys/ballots/", slips.ballot_print, name="survey-ballots"),
    path("surveys/tickets/void/", slips.ticket_void, name="survey-void"),
    path("s/<slug:token>", answers.slip_answer, name="slip-answer"),
    path("reminders/", notices.notice_list, name="notice-list"),
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
    path("grid/", grids.grid_latest, name="grid-latest"),
    path("grid/<month:month>/<slug:activity>/", grids.grid_month, name="grid-month"),
    path("workbook/", workbooks.workbook_latest, name="workbook-latest"),
    path("workbook/<month:month>/", workbooks.workbook_month, name="workbook-month"),
    path("workbook/<month:month>/download/", workbooks.workbook_download, name="workbook-download"),
    path("workbook/runs/<int:pk>/", workbooks.workbook_run, name="workbook-run"),
    path("workbook/runs/<int:pk>/apply/", workbooks.workbook_apply, name="workbook-apply"),
    path("workbook/runs/<int:pk>/undo/", workbooks.workbook_undo, name="workbook-undo"),
    path("indicators/", indicators.indicator_list, name="indicator-list"),
    path("indicators/figures/", indicator_figures.indicator_figures, name="indicator-figures"),
    path(
        "indicators/figures/download/",
        indicator_figures.indicator_figures_download,
        name="indicator-figures-download",
    ),
    path("indicators/review/", indicators.indicator_review, name="indicator-review"),
    path("indicators/reports/<int:pk>/", indicators.indicator_report, name="indicator-report"),
    path("indicators/reports/<int:pk>/check/", indicators.indicator_check, name="indicator-check"),
    path("indicators/reports/<int:pk>/print/", paper.report_print, name="indicator-print"),
    path(
        "indicators/forms/<int:pk>/<slug:start>/print/",
        paper.table_print,
        name="indicator-table-print",
    ),
    *(
        path(
            f"indicators/reports/<int:pk>/{word}/",
            indicators.indicator_move,
            {"move": move},
            f"indicator-{word}",
        )
        for word, move in (
            ("withdraw", Move.WITHDRAW),
            ("accept", Move.ACCEPT),
            ("send-back", Move.SEND_BACK),
        )
    ),
    path(
        "indicators/catalogue/", indicator_catalogue.indicator_catalogue, name="indicator-catalogue"
    ),
    path("indicators/catalogue/add/", indicator_catalogue.indicator_add, name="indicator-add"),
    path(
        "indicators/catalogue/<int:pk>/", indicator_catalogue.indicator_edit, name="indicator-edit"
    ),
    path("indicators/forms/", indicator_catalogue.indicator_forms, name="indicator-forms"),
    path(
        "indicators/forms/add/", indicator_catalogue.indicator_form_edit, name="indicator-form-add"
    ),
    path("indicators/forms/<int:pk>/", indicator_catalogue.indicator_form, name="indicator-form"),
    path(
        "indicators/forms/<int:pk>/edit/",
        indicator_catalogue.indicator_form_edit,
        name="indicator-form-edit",
    ),
    path(
        "indicators/forms/<int:pk>/issue/",
        indicator_catalogue.indicator_form_issue,
        name="indicator-form-issue",
    ),
    path(
        "indicators/forms/<int:pk>/withdraw/",
        indicator_catalogue.indicator_form_withdraw,
        name="indicator-form-withdraw",
    ),
    path(
        "indicators/forms/<int:pk>/open/",
        indicator_catalogue.indicator_form_open,
        name="indicator-form-open",
    ),
    path(
        "indicators/forms/<int:pk>/<slug:start>/",
        indicator_tables.indicator_table,
        name="indicator-table",
    ),
    path(
        "indicators/forms/<int:pk>/<slug:start>/grid/",
        indicator_tables.indicator_grid,
        name="indicator-grid",
    ),
    path(
        "indicators/forms/<int:pk>/<slug:start>/download/",
        indicator_books.indicator_download,
        name="indicator-download",
    ),
    path(
        "indicators/forms/<int:pk>/<slug:start>/upload/",
        indicator_books.indicator_upload,
        name="indicator-upload",
    ),
    path(
        "indicators/forms/<int:pk>/<slug:start>/undo/",
        indicator_books.indicator_import_undo,
        name="indicator-import-undo",
    ),
    path("ledgers/", ledgers.ledger_index, name="ledger-index"),
    path("ledgers/<slug:activity>/", ledgers.ledger_list, name="ledger-list"),
    path("ledgers/<slug:activity>/print/", ledgers.ledger_print, name="ledger-print"),
    path("ledgers/<slug:activity>/download/", ledgers.ledger_download, name="ledger-download"),
]
