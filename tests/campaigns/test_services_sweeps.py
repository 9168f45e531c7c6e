from typing import Any

import pytest

from campaigns.enums import ReturnState, SweepAnswer
from campaigns.models import MonthlyReturn, Sweep, SweepCategory
from campaigns.services.sweeps import save_sweep
from pingan.models import AuditEvent, User
from pingan.refusals import Forbidden, Refused
from tests.campaigns.makers import make_return
from tests.campaigns.test_services_sections import sweep
from tests.factories import County


def rows(**answers: str) -> list[dict[str, Any]]:
    """Zeros by code; other answers as given."""
    found = []
    for code, answer in answers.items():
        category = SweepCategory.objects.get(code=code)
        counts = {"found": 2} if answer == SweepAnswer.COUNTED else {}
        found.append(sweep(category, answer=answer, **counts))
    return found


def save(monthly_return: MonthlyReturn, by: User, *, signed: bool, **answers: str) -> bool:
    return save_sweep(
        monthly_return=monthly_return,
        rows=rows(**answers),
        version=monthly_return.version,
        by=by,
        zero_signed=signed,
    )


def test_zeros_are_signed_with_who_and_when(village_return: MonthlyReturn, village_clerk: User):
    save(village_return, village_clerk, signed=True, dispute="zero", hazard="counted")

    assert village_return.zero_signed_by == village_clerk
    assert village_return.zero_signed_at is not None
    event = AuditEvent.objects.get(action="签认零报告")
    assert (event.by, event.after) == (village_clerk, {"零报告": ["民间纠纷"]})


def test_signature_may_follow_the_save(village_return: MonthlyReturn, village_clerk: User):
    save(village_return, village_clerk, signed=False, dispute="zero")
    unsigned = village_return.zero_signed_at

    changed = save(village_return, village_clerk, signed=True, dispute="zero")
    again = save(village_return, village_clerk, signed=True, dispute="zero")

    assert (unsigned, changed, again) == (None, True, False)
    assert village_return.zero_signed_by == village_clerk


def test_nothing_is_signed_where_there_is_no_zero(
    village_return: MonthlyReturn, village_clerk: User
):
    save(village_return, village_clerk, signed=True, dispute="not_applicable", hazard="counted")

    assert village_return.zero_signed_at is None
    assert not AuditEvent.objects.filter(action="签认零报告").exists()


@pytest.mark.parametrize(
    ("answers", "is_kept"),
    [
        ({"dispute": "zero", "hazard": "counted"}, True),
        ({"dispute": "zero", "hazard": "not_applicable"}, True),
        ({"dispute": "zero", "hazard": "zero"}, False),
        ({"dispute": "counted", "hazard": "counted"}, False),
        ({"hazard": "counted"}, False),
    ],
)
def test_change_of_the_zeros_takes_the_signature_away(
    village_return: MonthlyReturn,
    village_clerk: User,
    township_clerk: User,
    answers: dict[str, str],
    is_kept: bool,
):
    save(village_return, village_clerk, signed=True, dispute="zero", hazard="counted")

    save(village_return, township_clerk, signed=False, **answers)

    village_return.refresh_from_db()
    assert (village_return.zero_signed_by == village_clerk) == is_kept
    assert (village_return.zero_signed_at is not None) == is_kept


def test_whoever_changes_the_zeros_may_sign_for_them(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User
):
    save(village_return, village_clerk, signed=True, dispute="zero")

    save(village_return, township_clerk, signed=True, dispute="zero", hazard="zero")

    assert village_return.zero_signed_by == township_clerk


def test_strangers_and_handed_in_returns_are_not_signed(
    tree: County, reviewer: User, village_clerk: User
):
    draft = make_return(tree.villages[0])
    with pytest.raises(Forbidden):
        save(draft, reviewer, signed=True, dispute="zero")
    MonthlyReturn.objects.update(state=ReturnState.SUBMITTED, submitted_at="2026-09-20T02:00Z")

    with pytest.raises(Refused, match="先撤回"):
        save(draft, village_clerk, signed=True, dispute="zero")

    assert not Sweep.objects.exists()
    assert not AuditEvent.objects.exists()
