"""Pages of the file: who sees what, what is refused, and no plain name where none may be."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes.enums import DisputeState, Move, RecordKind, Satisfaction
from disputes.models import Dispute, FollowVisit, MediationRecord
from disputes.services.agreements import add_performance
from disputes.services.closing import end_without_agreement
from disputes.services.records import add_record, add_visit, change_record
from pingan.enums import Role
from tests.disputes.file_makers import (
    NAME,
    PDF,
    SECRET,
    address,
    day,
    fill_file,
    make_agreed,
    make_performed,
    make_working,
    openings,
    scan,
    shown,
)
from tests.disputes.makers import move
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 1, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def by(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


@pytest.fixture
def handler(client_of, by):
    return client_of(by)


def test_case_page_shows_the_catalogue_and_no_text(tree, by, handler, client_of, township_clerk):
    agreement = make_agreed(tree.villages[0], by)
    dispute = agreement.dispute
    fill_file(dispute, by)
    page = address("dispute-detail", dispute.pk)

    mine, theirs = shown(handler.get(page)), shown(client_of(township_clerk).get(page))

    for text in (mine, theirs):
        assert "当事人权利义务告知书" in text
        for secret in (NAME, "演示乙", SECRET, "退还两垄地"):
            assert secret not in text
    assert address("dispute-record-create", dispute.pk, "sitting") in mine
    assert address("dispute-file-read", dispute.pk) not in theirs
    assert "修改协议" in mine
    assert openings() == []


def test_case_page_takes_the_same_queries_for_one_record_and_three(tree, by, handler):
    agreement = make_performed(tree.villages[0], by)
    dispute, page = agreement.dispute, address("dispute-detail", agreement.dispute_id)
    dispute.refresh_from_db()

    def add(number):
        add_record(dispute=dispute, kind=RecordKind.SITTING, on=day(number), text="经过", by=by)
        add_visit(
            dispute=dispute,
            on=day(number + 10),
            is_performed=True,
            satisfaction=Satisfaction.FAIR,
            by=by,
        )

    add(11)
    handler.get(page)
    with CaptureQueriesContext(connection) as one:
        handler.get(page)
    add(12)
    add(13)
    with CaptureQueriesContext(connection) as three:
        handler.get(page)

    assert len(one) == len(three)


def test_file_is_read_by_its_handler_alone_and_put_down_once(
    tree, by, handler, client_of, township_clerk, other_clerk
):
    agreement = make_agreed(tree.villages[0], by)
    fill_file(agreement.dispute, by)
    page = address("dispute-file-read", agreement.dispute_id)

    answer = handler.get(page)

    assert SECRET in shown(answer)
    assert "退还两垄地" in shown(answer)
    assert answer["Cache-Control"] == "no-store"
    assert openings() == ["阅卷"]
    assert client_of(township_clerk).get(page).status_code == 403
    assert client_of(other_clerk).get(page).status_code == 404
    assert openings() == ["阅卷"]


def test_strangers_get_nothing_of_any_page(tree, by, client_of, township_clerk, other_clerk):
    agreement = make_agreed(tree.villages[0], by)
    dispute = agreement.dispute
    record = add_record(
        dispute=dispute, kind=RecordKind.SITTING, on=day(5), text=SECRET, upload=scan(), by=by
    )
    act = add_performance(agreement=agreement, on=day(8), what="第一笔", upload=scan(), by=by)
    gets = [
        address("dispute-file-read", dispute.pk),
        address("dispute-record-create", dispute.pk, "sitting"),
        address("dispute-record-edit", record.pk),
        address("dispute-record-download", record.pk),
        address("dispute-performance-download", act.pk),
        address("dispute-agreement-edit", dispute.pk),
        address("dispute-performance-create", dispute.pk),
        address("dispute-agreement-confirm", dispute.pk),
        address("dispute-visit-create", dispute.pk),
        address("dispute-police", dispute.pk),
        address("dispute-prevent", dispute.pk),
        address("dispute-fail", dispute.pk),
        address("dispute-guide", dispute.pk),
        address("dispute-close", dispute.pk),
    ]
    posts = [address("dispute-rights-note", dispute.pk)]
    stranger, upper = client_of(other_clerk), client_of(township_clerk)

    assert {stranger.get(each).status_code for each in gets} == {404}
    assert {stranger.post(each).status_code for each in gets[1:2] + gets[5:] + posts} == {404}
    assert {upper.get(each).status_code for each in gets} == {403}
    assert {upper.post(each, {"check": "1"}).status_code for each in gets[5:6] + posts} == {403}
    assert openings() == []


def test_rights_are_noted_by_one_button_once(tree, by, handler):
    dispute = make_working(tree.villages[0], by)
    page = address("dispute-rights-note", dispute.pk)

    first = handler.post(page, {"on": "2026-09-03"}, follow=True)
    second = handler.post(page, {"on": "2026-09-04"}, follow=True)
    wrong = handler.post(page, {"on": ""}, follow=True)

    assert "已登记权利义务告知。" in shown(first)
    assert "2026-09-03已经登记过权利义务告知" in shown(second)
    assert "请填写告知的日期" in shown(wrong)
    assert MediationRecord.objects.get().on == day(3)


def test_record_with_a_scan_is_kept_and_handed_out_to_its_handler(tree, by, handler):
    dispute = make_working(tree.villages[0], by)
    page = address("dispute-record-create", dispute.pk, "evidence")

    answer = handler.post(
        page, {"on": "2026-09-02", "attending": "申请人", "text": "", "upload": scan()}
    )

    assert answer.status_code == 302
    record = MediationRecord.objects.get()
    paper = handler.get(address("dispute-record-download", record.pk))
    assert paper.content == PDF
    assert "证据材料" in shown(handler.get(address("dispute-detail", dispute.pk)))
    assert NAME not in str(paper.headers)
    assert openings() == ["下载证据材料.pdf"]
    assert handler.get(f"/files/{record.file_id}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"on": "2026-10-02"}, "日期不能晚于今天。"),
        ({"on": "三号"}, "请填日期，如 2026-09-28。"),
        ({"on": "2026-08-01"}, "记录日期不能早于登记日期"),
        ({"text": ""}, "请写内容，或附上文件。"),
        ({"attending": "演示甲、村主任"}, "里写了当事人的姓名"),
    ],
)
def test_refused_record_keeps_what_was_typed(tree, by, handler, fields, sentence):
    dispute = make_working(tree.villages[0], by)
    typed = {"on": "2026-09-05", "place": "村委会会议室", "text": "各说各的", **fields}

    answer = handler.post(address("dispute-record-create", dispute.pk, "sitting"), typed)

    assert answer.status_code == 422
    assert sentence in shown(answer)
    assert "村委会会议室" in shown(answer)
    assert not MediationRecord.objects.exists()


def test_unknown_kind_of_record_is_no_page(tree, by, handler):
    dispute = make_working(tree.villages[0], by)

    assert handler.get(address("dispute-record-create", dispute.pk, "rumour")).status_code == 404


def test_second_editor_of_a_record_sees_both_and_loses_nothing(tree, by, handler):
    dispute = make_working(tree.villages[0], by)
    record = add_record(dispute=dispute, kind=RecordKind.SITTING, on=day(5), text=SECRET, by=by)
    page = address("dispute-record-edit", record.pk)
    assert SECRET in shown(handler.get(page))
    change_record(record=record, version=1, on=day(5), text="别人写的经过", by=by)
    mine = {"on": "2026-09-06", "text": "我写的经过", "version": "1"}

    answer = handler.post(page, mine)

    assert answer.status_code == 409
    assert "我写的经过" in shown(answer)
    assert "别人写的经过" in shown(answer)
    again = handler.post(page, {**mine, "version": "2"})
    assert again.status_code == 302
    record.refresh_from_db()
    assert record.text.reveal() == "我写的经过"
    assert openings() == ["修改调解记录", "对照别人保存的内容"]


def test_visit_that_finds_trouble_leads_back_to_mediation(tree, by, handler):
    dispute = make_performed(tree.villages[0], by).dispute

    answer = handler.post(
        address("dispute-visit-create", dispute.pk),
        {
            "on": "2026-09-20",
            "is_performed": "0",
            "satisfaction": "unsatisfied",
            "is_flaring_up": "on",
        },
        follow=True,
    )

    assert "最近一次回访发现激化苗头" in shown(answer)
    assert address("dispute-move", dispute.pk, "resume") in shown(answer)
    assert FollowVisit.objects.get().is_flaring_up
    wrong = handler.post(address("dispute-visit-create", dispute.pk), {"on": "2026-09-21"})
    assert wrong.status_code == 422


def test_failing_asks_for_the_other_ways(tree, by, handler):
    dispute = make_working(tree.villages[0], by)
    page = address("dispute-move", dispute.pk, "fail")
    assert "《人民调解法》第二十六条" in shown(handler.get(page))
    version = Dispute.objects.get(pk=dispute.pk).version

    wrong = handler.post(page, {"on": "2026-09-09", "reason": "分歧大", "version": version})
    answer = handler.post(
        page,
        {"on": "2026-09-09", "reason": "分歧大", "routes": ["仲裁"], "version": version},
        follow=True,
    )

    assert (wrong.status_code, answer.status_code) == (422, 200)
    assert "请勾选已经告知当事人的途径。" in shown(wrong)
    assert "分歧大。已告知可以通过：仲裁" in shown(answer)


def test_guiding_to_court_is_told_to_the_second_who_comes_late(tree, by, handler):
    dispute = make_working(tree.villages[0], by)
    page = address("dispute-move", dispute.pk, "guide")
    typed = {"on": "2026-09-09", "reason": "要求过高", "routes": ["向人民法院起诉"], "version": "1"}

    answer = handler.post(page, typed)

    assert answer.status_code == 409
    assert "要求过高" in shown(answer)
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.WORKING


def test_closing_with_papers_missing_needs_a_word(tree, by, handler):
    dispute = make_working(tree.villages[0], by)
    end_without_agreement(
        dispute=dispute, move=Move.FAIL, on=day(9), routes=["仲裁"], reason="分歧大", by=by
    )
    page = address("dispute-close", dispute.pk)
    version = Dispute.objects.get(pk=dispute.pk).version
    form = shown(handler.get(page))
    assert "还缺：</strong>当事人权利义务告知书、调解(调查)记录" in form

    bare = handler.post(page, {"on": "2026-09-10", "version": version})
    done = handler.post(
        page,
        {"on": "2026-09-10", "version": version, "is_gap_accepted": "on", "reason": "遗失"},
        follow=True,
    )

    assert bare.status_code == 422
    assert "已结案归档。" in shown(done)


def test_police_and_prevention_are_put_down(tree, by, handler):
    dispute = make_working(tree.villages[0], by, is_crime_likely=True)
    assert "还没有报告的记录" in shown(handler.get(address("dispute-detail", dispute.pk)))

    handler.post(address("dispute-police", dispute.pk), {"note": "电话报告镇派出所"})
    version = Dispute.objects.get(pk=dispute.pk).version
    handler.post(
        address("dispute-prevent", dispute.pk),
        {"kind": "group_fight", "people": "30", "version": version},
    )
    bare = handler.post(
        address("dispute-prevent", dispute.pk), {"kind": "crime", "people": "", "version": version}
    )

    text = shown(handler.get(address("dispute-detail", dispute.pk)))
    assert "电话报告镇派出所" in text
    assert "群体性械斗，涉及30人" in text
    assert bare.status_code == 422


def test_moves_without_a_page_of_their_own_stay_where_they_were(tree, by, handler):
    dispute = make_working(tree.villages[0], by)
    move(dispute, Move.WITHDRAW, by, day(9), "申请人撤回")

    answer = handler.get(address("dispute-move", dispute.pk, "withdraw"), follow=True)

    assert "“已撤回”的纠纷不能“当事人撤回”。" in shown(answer)
