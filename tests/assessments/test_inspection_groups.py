"""manage.py load_inspection_groups: the five groups of the notice of 2009."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assessments.models import InspectionGroup
from pingan.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_five_groups_share_25_townships_and_seven_sectors():
    run("load_county", "510704", "--structure", "2009")

    lines = run("load_inspection_groups", "510704").splitlines()

    groups = InspectionGroup.objects.order_by("pk")
    assert [(group.lead_unit_name, group.units.count()) for group in groups] == [
        ("区综治办", 6),
        ("区法院", 6),
        ("区检察院", 6),
        ("区公安分局", 7),
        ("区司法局", 7),
    ]
    inspected = [unit.pk for group in groups for unit in group.units.all()]
    assert len(inspected) == len(set(inspected)) == 32
    assert set(groups[0].units.values_list("name", flat=True)) == {
        "刘家镇",
        "梓棉乡",
        "白蝉乡",
        "玉河镇",
        "石板镇",
        "朝真乡",
    }
    assert "教卫口" in lines[4]
    assert AuditEvent.objects.filter(action="设立督导检查组").count() == 5


def test_second_run_changes_nothing():
    run("load_county", "510704", "--structure", "2009")
    first = run("load_inspection_groups", "510704")

    assert run("load_inspection_groups", "510704") == first
    assert InspectionGroup.objects.count() == 5
    assert AuditEvent.objects.filter(action="设立督导检查组").count() == 5


def test_county_of_today_has_other_townships_and_is_refused():
    run("load_county", "510704")

    with pytest.raises(CommandError, match="请先用 load_county 510704 --structure 2009 载入"):
        run("load_inspection_groups", "510704")
    assert not InspectionGroup.objects.exists()


def test_county_without_groups_or_not_loaded_is_refused():
    with pytest.raises(CommandError, match="还没有载入 530628"):
        run("load_inspection_groups", "530628")
    run("load_county", "530628")
    with pytest.raises(CommandError, match="没有彝良县的督导检查组数据"):
        run("load_inspection_groups", "530628")
