"""Many people at the same moment, on real PostgreSQL."""

import pytest

from campaigns.models import IndicatorForm, IndicatorReport, IndicatorValue
from campaigns.services.indicator_reports import open_reports, save_answers
from campaigns.services.indicators import AskedElsewhere, issue_form
from pingan.enums import Role
from pingan.refusals import Conflict
from tests.campaigns.indicator_makers import SEPTEMBER, answers, make_form, make_report
from tests.campaigns.test_concurrency import PEOPLE, all_at_once
from tests.factories import make_county, make_user

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_commits")]


def test_of_two_forms_with_one_field_only_one_is_issued():
    tree = make_county()
    officer = make_user(Role.COUNTY_OFFICER, tree.county)
    forms = [make_form(tree.county, "fires", issued=False) for _number in range(2)]

    results = all_at_once(issue_form, [{"form": form, "by": officer} for form in forms])

    assert sorted(map(str, results)) == sorted([str(AskedElsewhere), "2"])
    assert IndicatorForm.objects.filter(issued_on__isnull=False).count() == 1


def test_reports_opened_by_many_exist_once():
    tree = make_county()
    form = make_form(tree.county, "fires")

    results = all_at_once(open_reports, [{"form": form, "span": SEPTEMBER}] * PEOPLE)

    assert not [each for each in results if isinstance(each, type)]
    assert IndicatorReport.objects.count() == 2


def test_of_many_savers_one_wins_and_the_others_are_told():
    tree = make_county()
    form = make_form(tree.county, "fires")
    report = make_report(form, tree.townships[0])
    clerk = make_user(Role.TOWNSHIP_CLERK, tree.townships[0])

    results = all_at_once(
        save_answers,
        [
            {
                "report": IndicatorReport.objects.get(pk=report.pk),
                "answers": answers(form, fires=number),
                "version": 1,
                "by": clerk,
            }
            for number in range(1, PEOPLE + 1)
        ],
    )

    assert sorted(map(str, results)) == sorted([*[str(Conflict)] * (PEOPLE - 1), "True"])
    assert IndicatorValue.objects.get().number == results.index(True) + 1
