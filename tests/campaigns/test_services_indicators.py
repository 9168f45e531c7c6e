import datetime as dt

import pytest

from campaigns.enums import IndicatorKind, PeriodKind
from campaigns.models import Indicator, IndicatorReport
from campaigns.services import indicators as services
from campaigns.services.indicator_reports import ensure_reports_open, open_reports
from campaigns.spans import span_on
from pingan.enums import Level, Role
from pingan.models import AuditEvent, User
from pingan.refusals import Forbidden, Refused
from tests.campaigns.indicator_makers import common, fill_in, make_form, make_report
from tests.factories import County, make_county, make_user

VALUES = {
    "code": "平综1",
    "name": "案件月报",
    "period": PeriodKind.MONTH,
    "levels": [Level.TOWNSHIP],
    "due_days": 3,
    "minutes": 10,
    "basis": "演示发〔2026〕1号",
}
OWN = {"name": "入室盗窃案件", "topic": "刑事和治安案件", "measure": "起", "direction": "fall"}


def test_default_catalogue_is_there_and_its_ratios_are_of_two_counts(db: None):
    counts = Indicator.objects.filter(county=None, kind=IndicatorKind.COUNT)
    ratios = Indicator.objects.filter(county=None, kind=IndicatorKind.RATIO)

    named = set(counts.values_list("name", flat=True))
    assert named >= {"刑事案件", "治安案件", "两抢案件", "盗窃案件", "命案", "信访批次", "信访人次"}
    assert set(counts.filter(is_stock=True).values_list("code", flat=True)) == {
        "floating_stations",
        "floating_people",
        "floating_registered",
        "places",
        "covered_places",
        "safe_places",
    }
    kinds = list(ratios.values_list("numerator__kind", "denominator__kind"))
    assert kinds == [(IndicatorKind.COUNT, IndicatorKind.COUNT)] * 5


def test_form_is_drawn_up_and_issued(tree: County, county_officer: User):
    form = services.save_form(
        county=tree.county,
        form=None,
        values=VALUES,
        indicators=common("criminal_cases", "criminal_solved", "criminal_solved_rate"),
        by=county_officer,
    )

    opened = services.issue_form(form=form, by=county_officer)

    assert (form.issued_on, opened) == (dt.date(2026, 9, 20), 2)
    reports = IndicatorReport.objects.filter(form=form)
    assert {report.unit for report in reports} == set(tree.townships)
    # 30 September and three days: 3 October is a holiday, the 8th the first workday after it.
    assert {(report.starts_on, report.due_on) for report in reports} == {
        (dt.date(2026, 9, 1), dt.date(2026, 10, 8))
    }
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "拟定指标表",
        "下发指标表",
        "开启指标填报",
    ]


def test_issued_form_is_not_changed(tree: County, county_officer: User):
    form = make_form(tree.county)

    with pytest.raises(Refused, match="已经下发，不能再改"):
        services.save_form(
            county=tree.county, form=form, values=VALUES, indicators=[], by=county_officer
        )


def test_field_of_another_live_form_is_refused(tree: County, county_officer: User):
    make_form(tree.county, "criminal_cases", code="平1", name="案件月报")
    form = make_form(
        tree.county, "criminal_cases", "fires", issued=False, period=PeriodKind.TEN_DAYS
    )

    with pytest.raises(services.AskedElsewhere) as refusal:
        services.issue_form(form=form, by=county_officer)

    assert refusal.value.sentences == ["“刑事案件”已在《案件月报》（平1）中填报，不得重复要求。"]
    form.refresh_from_db()
    assert form.issued_on is None
    assert not IndicatorReport.objects.exists()


def test_village_is_not_asked_what_the_township_sums(tree: County, county_officer: User):
    make_form(tree.county, "fires", levels=[Level.VILLAGE])
    form = make_form(tree.county, "fires", levels=[Level.TOWNSHIP], issued=False)

    with pytest.raises(services.AskedElsewhere, match="“火灾起数”已在"):
        services.issue_form(form=form, by=county_officer)


def test_same_field_may_be_asked_of_another_branch(tree: County, county_officer: User):
    make_form(tree.county, "fires", levels=[Level.VILLAGE])
    form = make_form(tree.county, "fires", levels=[Level.DEPARTMENT], issued=False)

    assert services.issue_form(form=form, by=county_officer) == 2


def test_own_indicator_of_the_same_name_is_found_out(tree: County, county_officer: User):
    own = Indicator.objects.create(
        county=tree.county, code="xing", name="（刑事）案件", kind="count", direction="fall"
    )
    make_form(tree.county, "criminal_cases")
    form = make_form(tree.county, "fires", issued=False)
    form.indicators.add(own, through_defaults={"position": 9})

    with pytest.raises(services.AskedElsewhere, match="“（刑事）案件”已在《案件月报》"):
        services.issue_form(form=form, by=county_officer)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("民间纠纷排查数", "六排查"),
        ("安全隐患", "六排查"),
        ("巡逻人次", "治安巡逻"),
        ("综治例会次数", "综治例会"),
        ("满意票数", "治安测评"),
    ],
)
def test_field_of_the_monthly_return_is_refused(
    tree: County, county_officer: User, name: str, where: str
):
    own = Indicator.objects.create(
        county=tree.county, code="own", name=name, kind="count", direction="fall"
    )
    form = make_form(tree.county, "fires", issued=False)
    form.indicators.add(own, through_defaults={"position": 9})

    with pytest.raises(services.AskedElsewhere) as refusal:
        services.issue_form(form=form, by=county_officer)

    assert refusal.value.sentences == [f"“{name}”已在月报“{where}”中填报，不得重复要求。"]


def test_satisfaction_of_the_catalogue_is_never_asked_again(tree: County, county_officer: User):
    form = make_form(tree.county, "survey_slips", "survey_satisfied", issued=False)

    with pytest.raises(services.AskedElsewhere) as refusal:
        services.issue_form(form=form, by=county_officer)

    assert len(refusal.value.sentences) == 2


def test_withdrawn_form_no_longer_stands_in_the_way(tree: County, county_officer: User):
    old = make_form(tree.county, "fires")
    begun = fill_in(make_report(old, tree.townships[0], version=2), fires=1)
    make_report(old, tree.townships[1])
    form = make_form(tree.county, "fires", issued=False)

    services.withdraw_form(form=old, by=county_officer)
    services.issue_form(form=form, by=county_officer)

    assert list(IndicatorReport.objects.filter(form=old)) == [begun]
    assert IndicatorReport.objects.filter(form=form).count() == 2


def test_form_of_another_county_does_not_matter(tree: County, county_officer: User):
    other = make_county("530629", "邻县")
    make_form(other.county, "fires")
    form = make_form(tree.county, "fires", issued=False)

    assert services.issue_form(form=form, by=county_officer) == 2


@pytest.mark.parametrize(
    ("codes", "fields", "sentence"),
    [
        (("criminal_cases", "criminal_solved_rate"), {}, "请把这两个计数也列入本表"),
        (("fires",), {"levels": []}, "请选择由哪一级填报"),
        (("fires",), {"levels": [Level.TOWNSHIP, Level.VILLAGE]}, "由各村汇总得出"),
        (("fires",), {"basis": " "}, "没有依据文件的表不能下发"),
    ],
)
def test_unfinished_form_is_not_issued(
    tree: County, county_officer: User, codes: tuple, fields: dict, sentence: str
):
    form = make_form(tree.county, *codes, issued=False, **fields)

    with pytest.raises(Refused, match=sentence):
        services.issue_form(form=form, by=county_officer)


def test_only_the_countys_own_officer_keeps_indicators(tree: County, township_clerk: User):
    neighbour = make_user(Role.COUNTY_OFFICER, make_county("530629", "邻县").county)
    form = make_form(tree.county, issued=False)

    for stranger in (township_clerk, neighbour):
        with pytest.raises(Forbidden, match="只有县级经办员"):
            services.issue_form(form=form, by=stranger)
        with pytest.raises(Forbidden, match="只有县级经办员"):
            services.add_indicator(
                county=tree.county,
                code="own",
                kind=IndicatorKind.COUNT,
                values=OWN,
                by=stranger,
            )


def test_own_indicator_is_added_and_changed(tree: County, county_officer: User):
    made = services.add_indicator(
        county=tree.county,
        code="burglaries",
        kind=IndicatorKind.COUNT,
        values=OWN,
        by=county_officer,
    )
    services.change_indicator(indicator=made, values={**OWN, "maximum": 50}, by=county_officer)

    assert Indicator.objects.get(county=tree.county).maximum == 50
    event = AuditEvent.objects.get(action="修改指标")
    assert (event.before, event.after) == ({"maximum": None}, {"maximum": 50})


def test_name_of_the_catalogue_is_not_given_twice(tree: County, county_officer: User):
    with pytest.raises(Refused, match="目录里已经有“刑事案件”"):
        services.add_indicator(
            county=tree.county,
            code="own",
            kind=IndicatorKind.COUNT,
            values={**OWN, "name": "刑事案件"},
            by=county_officer,
        )


def test_common_indicator_is_not_changed(db: None, county_officer: User):
    (cases,) = common("criminal_cases")

    with pytest.raises(Refused, match="各县通用的指标不能改"):
        services.change_indicator(indicator=cases, values=OWN, by=county_officer)


def test_reports_open_by_themselves_once(tree: County, county_officer: User, clock):
    form = make_form(tree.county, "fires", period=PeriodKind.TEN_DAYS)

    ensure_reports_open(county=tree.county)
    ensure_reports_open(county=tree.county)

    starts = IndicatorReport.objects.filter(unit=tree.townships[0]).order_by("starts_on")
    assert [report.starts_on.day for report in starts] == [1, 11]
    assert IndicatorReport.objects.count() == 4
    clock.move_to(dt.datetime(2026, 9, 21, tzinfo=dt.UTC))
    ensure_reports_open(county=tree.county)
    assert IndicatorReport.objects.filter(form=form).count() == 6


def test_withdrawn_form_opens_no_reports(tree: County):
    make_form(tree.county, "fires", withdrawn_on=dt.date(2026, 9, 20))

    ensure_reports_open(county=tree.county)

    assert not IndicatorReport.objects.exists()


def test_period_to_come_is_not_opened(tree: County, county_officer: User):
    form = make_form(tree.county)

    with pytest.raises(Refused, match="2026年10月还没有到"):
        open_reports(
            form=form, span=span_on(PeriodKind.MONTH, dt.date(2026, 10, 1)), by=county_officer
        )


def test_last_year_is_opened_for_comparison(tree: County, county_officer: User):
    form = make_form(tree.county)

    made = open_reports(
        form=form, span=span_on(PeriodKind.MONTH, dt.date(2025, 9, 1)), by=county_officer
    )

    assert made == 2
    starts = set(form.reports.values_list("starts_on", flat=True))
    assert starts == {dt.date(2025, 9, 1)}
