"""Anybody may ask whether a printed code is genuine, and learns nothing else."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from assessments.models import Scorecard
from assessments.services.closing import close_month
from assessments.services.editions import publish_edition
from reports.services import issue_bulletin
from tests.assessments.records import MONTH
from tests.reports.months import NOW, close, fill

ADDRESS = reverse("reports:verify-public")


@pytest.fixture(autouse=True)
def fresh_answers():
    cache.clear()


def ask(code):
    return Client().get(ADDRESS, {"code": code})


def test_code_of_a_published_edition_is_genuine(edition, tree):
    issue_bulletin(edition=edition, by=None, issued_on=NOW.date())

    page = ask(edition.hash[:16])

    verdict = page.context["verdict"]
    assert verdict.is_good
    assert (verdict.county_name, verdict.month_label, verdict.number, verdict.issued_on) == (
        tree.county.name,
        MONTH.label,
        1,
        NOW.date(),
    )
    assert not page.cookies
    for unit in (*tree.townships, *tree.departments):
        assert unit.name not in page.text


def test_changed_data_are_told(edition):
    Scorecard.objects.filter(edition=edition).update(total=1)

    assert not ask(edition.hash).context["verdict"].is_good


def test_answer_is_kept_for_a_moment(edition, django_assert_num_queries):
    ask(edition.hash[:16])

    with django_assert_num_queries(2):
        ask(edition.hash[:16])


@pytest.mark.parametrize("code", ["", "0" * 16, "xyz", "12", "g" * 16, "0" * 65])
def test_unknown_codes_say_nothing(edition, code):
    page = ask(code)

    verdict = page.context["verdict"]
    assert page.status_code == 200
    assert verdict is None or (not verdict.is_good and verdict.county_name == "")


def test_unpublished_edition_is_unknown(tree, october):
    fill(tree)
    edition = close(tree, publish=False)

    assert ask(edition.hash[:16]).context["verdict"].county_name == ""


def test_replaced_edition_says_so_once_the_correction_is_out(edition, tree):
    tree.townships[0].inspections.update(points_given=1)
    (again,) = close_month(counties=[tree.county], month=MONTH, by=None)

    assert not ask(edition.hash[:16]).context["verdict"].is_replaced
    publish_edition(edition=again, by=None)
    assert ask(edition.hash[:16]).context["verdict"].is_replaced
    assert not ask(again.hash[:16]).context["verdict"].is_replaced


def test_the_form_is_open_to_everybody_and_takes_nothing(db):
    assert Client().get(ADDRESS).status_code == 200
    assert Client().post(ADDRESS).status_code == 405
