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


class SlipQuestion(TextChoices):
    """The three questions of a survey slip (domain F5); each value is the count it adds to."""

    ORDER = "order_good", "您觉得这里的治安状况怎么样？"
    SAFE = "feels_safe", "在这里生活、夜里出门，您觉得安全吗？"
    SATISFIED = "satisfied", "您对这里的治安工作满意吗？"


# What the four steps of an answer are called, best first; on paper and at the keyboard 1 to 4.
SLIP_STEPS: dict[SlipQuestion, tuple[str, str, str, str]] = {
    SlipQuestion.ORDER: ("好", "较好", "一般", "差"),
    SlipQuestion.SAFE: ("安全", "比较安全", "不太安全", "不安全"),
    SlipQuestion.SATISFIED: ("满意", "比较满意", "一般", "不满意"),
}
SLIP_STEP_COUNT = 4
SLIP_YES_STEPS = 2  # the best two count as yes


class SweepAnswer(TextChoices):
    """A row that is missing is 空: not filled. These two are answers."""

    COUNTED = "counted", "有数"
    ZERO = "zero", "零报告"
    NOT_APPLICABLE = "not_applicable", "不适用"


class FollowUpSource(TextChoices):
    """Where a follow-up item comes from."""

    SWEEP = "sweep", "六排查"
    MEETING = "meeting", "例会议定"
    PATROL = "patrol", "巡逻发现"


class RequestState(TextChoices):
    PENDING = "pending", "待决定"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "未同意"


class PeriodKind(TextChoices):
    """How often a form is asked."""

    TEN_DAYS = "ten_days", "旬报"
    MONTH = "month", "月报"
    QUARTER = "quarter", "季报"
    YEAR = "year", "年报"


class IndicatorKind(TextChoices):
    COUNT = "count", "计数"
    RATIO = "ratio", "比率"


class IndicatorDirection(TextChoices):
    RISE = "rise", "越高越好"
    FALL = "fall", "越低越好"
    NEUTRAL = "neutral", "不评判"


class IndicatorAnswer(TextChoices):
    """A row that is missing is 空: not filled. Zero is a count."""

    COUNTED = "counted", "有数"
    NOT_APPLICABLE = "not_applicable", "不适用"


class PostKind(TextChoices):
    """Posts of a leading group (domain O3)."""

    HEAD = "head", "组长"
    DEPUTY = "deputy", "副组长"
    OFFICE_HEAD = "office_head", "办公室主任"
    OFFICER = "officer", "专职人员"


class TeamKind(TextChoices):
    """Teams of the mass prevention (domain O4)."""

    SECURITY = "security", "治保会"
    MEDIATION = "mediation", "调解会"
    PATROL = "patrol", "巡防队"
    TEN_HOUSEHOLDS = "ten_households", "十户联防"
    CENTRE_HOUSEHOLD = "centre_household", "治安中心户"
    SPECIALIST = "specialist", "综治专干"
    VOLUNTEER = "volunteer", "平安志愿者"


class FacilityKind(TextChoices):
    """Facilities whose coverage is asked for (domain O5)."""

    CENTRE = "centre", "综治工作中心(站)"
    POLICE_ROOM = "police_room", "警务室(亭)"
    ALARM = "alarm", "报警点(电话)"
    CAMERA = "camera", "视频监控点"
    DOOR = "door", "门禁"
    HYDRANT = "hydrant", "消防栓"
    NOTICE_BOARD = "notice_board", "公示栏"
