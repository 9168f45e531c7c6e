"""Follow-up items with several people at the same moment, on real PostgreSQL."""

import pytest

from campaigns.enums import FollowUpSource
from campaigns.models import FollowUp
from campaigns.services.followups import escalate_follow_up, open_follow_ups, solve_follow_up
from pingan.enums import Level, Role
from pingan.models import AuditEvent
from pingan.refusals import Conflict, Refused
from tests.campaigns.makers import make_return
from tests.campaigns.test_concurrency import PEOPLE, all_at_once, loaded
from tests.campaigns.test_services_followups import TODAY, item, register
from tests.factories import make_county, make_user

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_commits")]


def test_form_sent_many_times_registers_its_matters_once():
    unit = make_county().villages[0]
    monthly_return, clerk = make_return(unit), make_user(Role.VILLAGE_CLERK, unit)

    results = all_at_once(
        open_follow_ups,
        [
            {
                "monthly_return": loaded(monthly_return),
                "source": FollowUpSource.SWEEP,
                "items": [item(), item(title="桥头护栏损坏")],
                "by": clerk,
            }
            for _ in range(PEOPLE)
        ],
    )

    assert results.count(Refused) == PEOPLE - 1
    assert FollowUp.objects.count() == AuditEvent.objects.count() == 2


def test_of_many_who_solve_one_item_one_does():
    unit = make_county().villages[0]
    clerk = make_user(Role.VILLAGE_CLERK, unit)
    (made,) = register(make_return(unit), clerk)

    results = all_at_once(
        solve_follow_up,
        [
            {
                "follow_up": FollowUp.objects.get(pk=made.pk),
                "version": 1,
                "solved_on": TODAY,
                "level": Level.VILLAGE,
                "outcome": f"第{number}种结果",
                "by": clerk,
            }
            for number in range(PEOPLE)
        ],
    )

    made.refresh_from_db()
    assert results.count(None) == 1
    assert made.outcome == f"第{results.index(None)}种结果"
    assert AuditEvent.objects.filter(action="办结").count() == 1


def test_item_is_handed_up_one_level_however_many_send_it():
    unit = make_county().villages[0]
    clerks = [make_user(Role.TOWNSHIP_CLERK, unit.parent) for _ in range(2)]
    (made,) = register(make_return(unit), clerks[0])

    results = all_at_once(
        escalate_follow_up,
        [
            {
                "follow_up": FollowUp.objects.get(pk=made.pk),
                "version": 1,
                "note": "要乡镇协调",
                "by": clerk,
            }
            for clerk in clerks
        ],
    )

    made.refresh_from_db()
    assert sorted(map(str, results)) == sorted([str(Conflict), "None"])
    assert (made.level, made.version) == (Level.TOWNSHIP, 2)
