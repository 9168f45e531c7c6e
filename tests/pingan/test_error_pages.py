"""When it goes wrong, the person still reads a sentence."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.defaults import page_not_found, server_error

from pingan import urls
from pingan.refusals import Conflict, Forbidden, Refused


def collapse(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def refuse(_request: HttpRequest, kind: str) -> HttpResponse:
    raise {"refused": Refused, "conflict": Conflict, "forbidden": Forbidden}[kind]("本月已经结账。")


urlpatterns = [*urls.urlpatterns, path("collapse/", collapse), path("refuse/<kind>/", refuse)]
handler404, handler500 = page_not_found, server_error


@pytest.mark.urls(__name__)
def test_unexpected_error_shows_a_page_and_no_detail(county_officer, caplog):
    client = Client(raise_request_exception=False)
    client.force_login(county_officer, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get("/collapse/")

    assert answer.status_code == 500
    assert "系统出现意外错误，刚才的操作没有完成" in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("kind", "status"), [("refused", 409), ("conflict", 409), ("forbidden", 403)]
)
def test_refusal_that_no_view_has_caught_is_still_a_sentence(
    county_officer, client_of, kind, status
):
    answer = client_of(county_officer).get(f"/refuse/{kind}/")

    assert (answer.status_code, "本月已经结账。" in answer.text) == (status, True)


def test_unknown_address_is_a_page_too(county_officer, client_of):
    answer = client_of(county_officer).get("/nothing-here/")

    assert answer.status_code == 404
    assert "没有这个页面或这条记录" in answer.text
