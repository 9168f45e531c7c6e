"""Choices of the monthly returns. Imports nothing of ours."""

from django.db.models import TextChoices


class ReturnState(TextChoices):
    """Where a monthly return stands (domain F6)."""

    DRAFT = "draft", "填报中"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    ACCEPTED = "accepted", "已通过"


class Move(TextChoices):
    """What can be done to a return."""

    EDIT = "edit", "填写"
    SUBMIT = "submit", "上报"
    WITHDRAW = "withdraw", "撤回"
    SEND_BACK = "send_back", "退回"
    ACCEPT = "accept", "审核通过"


# The table of allowed moves: from which states, to which state. Editing leaves the state as it is,
# so that a returned month stays marked as returned until it is submitted again.
MOVES: dict[Move, tuple[frozenset[ReturnState], ReturnState | None]] = {
    Move.EDIT: (frozenset({ReturnState.DRAFT, ReturnState.RETURNED}), None),
    Move.SUBMIT: (frozenset({ReturnState.DRAFT, ReturnState.RETURNED}), ReturnState.SUBMITTED),
    Move.WITHDRAW: (frozenset({ReturnState.SUBMITTED}), ReturnState.DRAFT),
    Move.SEND_BACK: (
        frozenset({ReturnState.SUBMITTED, ReturnState.ACCEPTED}),
        ReturnState.RETURNED,
    ),
    Move.ACCEPT: (frozenset({ReturnState.SUBMITTED}), ReturnState.ACCEPTED),
}


class Activity(TextChoices):
    """The five activities of document E, and a village's review of its groups."""

    PATROL = "patrol", "治安巡逻"
    EDUCATION = "education", "法制宣教"
    SWEEP = "sweep", "六排查"
    MEETING = "meeting", "综治例会"
    SURVEY = "survey", "治安测评"
    GROUPS = "groups", "小组评议"


# What a unit fills in itself; the survey is taken by its superior.
OWN_ACTIVITIES = (Activity.PATROL, Activity.EDUCATION, Activity.SWEEP, Activity.MEETING)


class Team(TextChoices):
    """Who patrols (domain F1)."""

    BRIGADE = "brigade", "巡防大队"
    COMPANY = "company", "巡防中队"
    VOLUNTEER = "volunteer", "义务巡逻队"
    TEN_HOUSEHOLDS = "ten_households", "十户联防"
    FIVE_HOUSEHOLDS = "five_households", "五户一班"
    GUARD = "guard", "单位值班"


class EducationKind(TextChoices):
    BROADCAST = "broadcast", "广播会"
    COLUMN = "column", "宣传栏更新"
    CLASS = "class", "法制课"
    MATERIAL = "material", "发放资料"


class MeetingKind(TextChoices):
    WORK = "work", "综治例会"
    APPRAISAL = "appraisal", "评议会"
    BRIEF = "brief", "碰头会"


class SweepAnswer(TextChoices):
    """A row that is missing is 空: not filled. These two are answers."""

    COUNTED = "counted", "有数"
    ZERO = "zero", "零报告"
    NOT_APPLICABLE = "not_applicable", "不适用"
