"""What a county sets: its own lists, days, rates; two who edit at once; who may."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from disputes.enums import AgreementForm, TermKind
from disputes.models import Dispute, DisputeSettings, DisputeTerm, SubsidyRate
from disputes.selectors.terms import list_of, settings_of, terms_of, uses_of
from disputes.services.settings import (
    add_rate,
    add_term,
    change_rate,
    remove_rate,
    rename_term,
    retire_term,
    save_days,
    shift_term,
    shown_days,
    shown_rate,
)
from pingan.enums import Role
from pingan.models import AuditEvent
from pingan.refusals import Conflict, Forbidden, Refused
from tests.disputes.makers import make_dispute, term
from tests.factories import make_county, make_user

pytestmark = pytest.mark.django_db
CATEGORY, SCALE = TermKind.CATEGORY, TermKind.SCALE
DAYS = {"settle_days": 30, "level_days": 5, "follow_days": 30, "keep_years": 3}


@pytest.fixture
def clerk(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0])


def names(county_id: int, kind: TermKind = CATEGORY) -> list[str]:
    return [row.name for row in list_of(county_id, kind)]


def test_the_first_change_copies_the_common_list_and_takes_the_cases_along(
    tree, county_officer, clerk
):
    other = make_county("510704", "别县")
    stranger = make_user(Role.VILLAGE_CLERK, other.villages[0])
    mine, theirs = make_dispute(tree.villages[0], clerk), make_dispute(other.villages[0], stranger)
    common = names(tree.county.pk)

    made = add_term(county=tree.county, kind=CATEGORY, name=" 噪音 ", by=county_officer)

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (made.name, made.code, made.county) == ("噪音", "own-1", tree.county)
    assert names(tree.county.pk) == [*common, "噪音"]
    assert names(other.county.pk) == common
    assert (mine.category.county, mine.category.code) == (tree.county, "neighbours")
    assert theirs.category.county is None
    assert uses_of(tree.county.pk)[mine.category_id] == 1
    assert DisputeTerm.objects.filter(county=None, kind=CATEGORY).count() == len(common)
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-2:] == ["另立本县纠纷字典", "增加纠纷字典"]


def test_rates_follow_to_the_countys_own_scales(tree, county_officer):
    rate = add_rate(
        county=tree.county,
        form=AgreementForm.WRITTEN,
        scale=term(SCALE, "major"),
        amount=30000,
        document="演示〔2026〕1号",
        by=county_officer,
    )

    rename_term(
        county=tree.county,
        kind=SCALE,
        code="major",
        name="特大（30人以上）",
        was="重大（30人以上）",
        by=county_officer,
    )

    rate.refresh_from_db()
    assert (rate.scale.name, rate.scale.county) == ("特大（30人以上）", tree.county)


def test_a_used_entry_is_retired_and_taken_back_never_deleted(tree, county_officer, clerk):
    case = make_dispute(tree.villages[0], clerk)
    how = {"county": tree.county, "kind": CATEGORY, "code": "neighbours", "by": county_officer}

    retire_term(is_active=False, **how)

    assert "邻里" not in [row.name for row in terms_of(tree.county.pk, CATEGORY)]
    assert Dispute.objects.get(pk=case.pk).category.name == "邻里"
    with pytest.raises(IntegrityError), transaction.atomic():
        DisputeTerm.objects.filter(county=tree.county, code="neighbours").delete()
    retire_term(is_active=True, **how)
    assert "邻里" in [row.name for row in terms_of(tree.county.pk, CATEGORY)]


def test_the_last_entry_in_use_cannot_be_retired(tree, county_officer):
    how = {"county": tree.county, "kind": SCALE, "is_active": False, "by": county_officer}
    *others, last = list_of(tree.county.pk, SCALE)
    for row in others:
        retire_term(code=row.code, **how)

    with pytest.raises(Refused, match="纠纷规模至少要留一项"):
        retire_term(code=last.code, **how)


def test_entries_move_one_place_and_stop_at_the_ends(tree, county_officer):
    how = {"county": tree.county, "kind": SCALE, "by": county_officer}
    first, second, *_rest = names(tree.county.pk, SCALE)

    shift_term(code="general", by_places=-1, **how)
    shift_term(code="general", by_places=-1, **how)

    assert names(tree.county.pk, SCALE)[:2] == [second, first]


def test_a_name_is_unique_and_two_renamers_are_told(tree, county_officer):
    how = {"county": tree.county, "kind": CATEGORY, "code": "other", "by": county_officer}

    with pytest.raises(Refused, match="已经有“邻里”"):
        add_term(county=tree.county, kind=CATEGORY, name="邻里", by=county_officer)
    with pytest.raises(Refused, match="请填写名称"):
        add_term(county=tree.county, kind=CATEGORY, name=" ", by=county_officer)
    rename_term(name="其它", was="其他", **how)
    with pytest.raises(Conflict, match="现在叫“其它”"):
        rename_term(name="别的", was="其他", **how)
    with pytest.raises(Refused, match="没有这一项"):
        rename_term(**{**how, "code": "nothing"}, name="别的", was="其他")


def test_days_are_kept_and_the_second_editor_is_told(tree, county_officer):
    base = shown_days(settings_of(tree.county.pk))
    save_days(county=tree.county, days=DAYS, base=base, by=county_officer)

    with pytest.raises(Conflict):
        save_days(county=tree.county, days={**DAYS, "keep_years": 9}, base=base, by=county_officer)

    row = DisputeSettings.objects.get()
    assert (row.level_days, row.keep_years) == (5, 3)
    assert AuditEvent.objects.get().after == {"keep_years": 3, "level_days": 5}


def test_rates_are_one_of_each_and_the_second_editor_is_told(tree, county_officer):
    what = {"county": tree.county, "form": AgreementForm.ORAL, "scale": None, "by": county_officer}
    rate = add_rate(amount=5000, document="演示〔2026〕1号", **what)
    base = shown_rate(rate)

    with pytest.raises(Refused, match="已经有了"):
        add_rate(amount=6000, document="演示〔2026〕2号", **what)
    with pytest.raises(Refused, match="大于0"):
        add_rate(**{**what, "form": AgreementForm.WRITTEN}, amount=0, document="文件")
    with pytest.raises(Refused, match="依据文件"):
        add_rate(**{**what, "form": AgreementForm.WRITTEN}, amount=1, document=" ")
    change_rate(rate=rate, amount=7000, document="演示〔2026〕3号", base=base, by=county_officer)
    with pytest.raises(Conflict):
        change_rate(rate=rate, amount=8000, document="文件", base=base, by=county_officer)
    with pytest.raises(Conflict):
        remove_rate(rate=rate, base=base, by=county_officer)
    rate.refresh_from_db()
    remove_rate(rate=rate, base=shown_rate(rate), by=county_officer)
    with pytest.raises(Refused, match="已经被别人删除"):
        remove_rate(rate=rate, base=shown_rate(rate), by=county_officer)

    assert not SubsidyRate.objects.exists()


def test_only_the_countys_own_officer_sets_anything(tree, township_clerk, client_of):
    stranger = make_user(Role.COUNTY_OFFICER, make_county("510704", "别县").county)
    leader = make_user(Role.LEADER, tree.county)

    for person in (township_clerk, leader, stranger):
        with pytest.raises(Forbidden):
            add_term(county=tree.county, kind=CATEGORY, name="噪音", by=person)
        with pytest.raises(Forbidden):
            save_days(county=tree.county, days=DAYS, base="", by=person)
    for person in (township_clerk, leader):
        client = client_of(person)
        for name in ("setting-list", "setting-days", "setting-rate-create"):
            assert client.get(reverse(f"disputes:{name}")).status_code == 403
        answer = client.post(
            reverse("disputes:setting-term-change", args=["scale", "major"]), {"what": "retire"}
        )
        assert answer.status_code == 403
    assert not DisputeTerm.objects.exclude(county=None).exists()


def test_another_countys_rate_is_as_good_as_none(tree, county_officer, client_of):
    other = make_county("510704", "别县").county
    rate = SubsidyRate.objects.create(
        county=other, form=AgreementForm.ORAL, amount=1, document="文件"
    )
    client = client_of(county_officer)

    assert client.get(reverse("disputes:setting-rate-edit", args=[rate.pk])).status_code == 404
    assert client.post(reverse("disputes:setting-rate-remove", args=[rate.pk])).status_code == 404


def test_pages_of_lists(tree, county_officer, client_of):
    client = client_of(county_officer)
    home = reverse("disputes:setting-list")
    edit = reverse("disputes:setting-term-edit", args=["scale", "major"])
    change = reverse("disputes:setting-term-change", args=["scale", "major"])

    assert "通用字典" in client.get(home).content.decode()
    client.post(reverse("disputes:setting-term-add", args=["category"]), {"name": "噪音"})
    twice = client.post(reverse("disputes:setting-term-add", args=["category"]), {"name": "噪音"})
    client.post(edit, {"name": "特大", "base": "重大（30人以上）"})
    conflict = client.post(edit, {"name": "巨大", "base": "重大（30人以上）"})
    client.post(change, {"what": "retire"})
    client.post(change, {"what": "up"})

    page = client.get(home).content.decode()
    assert "噪音" in page
    assert twice.status_code == 422
    assert conflict.status_code == 409
    assert "您填“巨大”，已保存的是“特大”" in conflict.content.decode()
    assert [row.name for row in list_of(tree.county.pk, SCALE)][2] == "特大"
    assert not DisputeTerm.objects.get(name="特大").is_active
    assert client.get(reverse("disputes:setting-term-add", args=["x"])).status_code == 404


def test_pages_of_days_and_rates(tree, county_officer, client_of):
    client = client_of(county_officer)
    days = reverse("disputes:setting-days")
    typed = {**DAYS, "base": "30-7-30-5"}

    bad = client.post(days, {**typed, "level_days": "0"})
    client.post(days, typed)
    conflict = client.post(days, {**typed, "level_days": "9"})
    create = reverse("disputes:setting-rate-create")
    bad_rate = client.post(create, {"form": "oral", "amount": "五十", "document": "文件"})
    client.post(create, {"form": "oral", "amount": "８０元", "document": "演示〔2026〕1号"})
    rate = SubsidyRate.objects.get()
    edit = reverse("disputes:setting-rate-edit", args=[rate.pk])
    base = shown_rate(rate)
    client.post(edit, {"amount": "90", "document": "演示〔2026〕2号", "base": base})
    late = client.post(edit, {"amount": "95", "document": "演示〔2026〕2号", "base": base})

    rate.refresh_from_db()
    assert (bad.status_code, bad_rate.status_code) == (422, 422)
    assert (conflict.status_code, late.status_code) == (409, 409)
    assert "您填“9”，已保存的是“5”" in conflict.content.decode()
    assert (rate.amount, settings_of(tree.county.pk).level_days) == (9000, 5)
    assert "90" in client.get(reverse("disputes:setting-list")).content.decode()
    remove = reverse("disputes:setting-rate-remove", args=[rate.pk])
    client.post(remove, {"base": shown_rate(rate)})
    assert not SubsidyRate.objects.exists()


def test_the_page_takes_the_same_queries_whatever_the_entries(
    tree, county_officer, clerk, client_of, django_assert_max_num_queries
):
    client = client_of(county_officer)
    address = reverse("disputes:setting-list")
    add_term(county=tree.county, kind=CATEGORY, name="一", by=county_officer)
    client.get(address)
    counts = []
    for name in ("二", "三"):
        add_term(county=tree.county, kind=CATEGORY, name=name, by=county_officer)
        make_dispute(tree.villages[0], clerk, category=terms_of(tree.county.pk, CATEGORY)[0])
        with django_assert_max_num_queries(30) as used:
            client.get(address)
        counts.append(len(used))

    assert counts[0] == counts[1]
