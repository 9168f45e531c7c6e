"""Choices of the disputes, and the one table of allowed moves. Imports nothing of ours."""

from django.db.models import TextChoices


class DisputeState(TextChoices):
    """Where a case stands (domain D1)."""

    REGISTERED = "registered", "已登记"
    ACCEPTED = "accepted", "已受理"
    WORKING = "working", "调解中"
    AGREED = "agreed", "达成协议"
    PERFORMED = "performed", "已履行"
    FOLLOWED = "followed", "已回访"
    FAILED = "failed", "调解不成"
    GUIDED = "guided", "引导其他途径"
    WITHDRAWN = "withdrawn", "已撤回"
    REJECTED = "rejected", "不予受理"
    CLOSED = "closed", "已结案"


class Move(TextChoices):
    """What can be done to a case."""

    EDIT = "edit", "修改登记"
    ACCEPT = "accept", "受理"
    REJECT = "reject", "不予受理"
    START = "start", "开始调解"
    AGREE = "agree", "达成协议"
    FAIL = "fail", "调解不成"
    WITHDRAW = "withdraw", "当事人撤回"
    GUIDE = "guide", "引导其他途径"
    PERFORM = "perform", "履行完毕"
    FOLLOW = "follow", "回访"
    RESUME = "resume", "重新调解"
    CLOSE = "close", "结案归档"


# The table of allowed moves: from which states, to which state (None: the state stays). The
# diagram in docs/disputes.md is drawn from it.
MOVES: dict[Move, tuple[frozenset[DisputeState], DisputeState | None]] = {
    Move.EDIT: (
        frozenset({DisputeState.REGISTERED, DisputeState.ACCEPTED, DisputeState.WORKING}),
        None,
    ),
    Move.ACCEPT: (frozenset({DisputeState.REGISTERED}), DisputeState.ACCEPTED),
    Move.REJECT: (frozenset({DisputeState.REGISTERED}), DisputeState.REJECTED),
    Move.START: (frozenset({DisputeState.ACCEPTED}), DisputeState.WORKING),
    Move.AGREE: (frozenset({DisputeState.WORKING}), DisputeState.AGREED),
    Move.FAIL: (frozenset({DisputeState.WORKING}), DisputeState.FAILED),
    Move.WITHDRAW: (
        frozenset({DisputeState.REGISTERED, DisputeState.ACCEPTED, DisputeState.WORKING}),
        DisputeState.WITHDRAWN,
    ),
    Move.GUIDE: (
        frozenset({DisputeState.ACCEPTED, DisputeState.WORKING, DisputeState.FAILED}),
        DisputeState.GUIDED,
    ),
    Move.PERFORM: (frozenset({DisputeState.AGREED}), DisputeState.PERFORMED),
    Move.FOLLOW: (
        frozenset({DisputeState.PERFORMED, DisputeState.FOLLOWED}),
        DisputeState.FOLLOWED,
    ),
    Move.RESUME: (
        frozenset(
            {
                DisputeState.AGREED,
                DisputeState.PERFORMED,
                DisputeState.FOLLOWED,
                DisputeState.FAILED,
                DisputeState.GUIDED,
            }
        ),
        DisputeState.WORKING,
    ),
    Move.CLOSE: (
        frozenset(
            {
                DisputeState.FOLLOWED,
                DisputeState.FAILED,
                DisputeState.GUIDED,
                DisputeState.WITHDRAWN,
                DisputeState.REJECTED,
            }
        ),
        DisputeState.CLOSED,
    ),
}

# Still somebody's work: a clock runs.
OPEN_STATES = frozenset({DisputeState.REGISTERED, DisputeState.ACCEPTED, DisputeState.WORKING})


class TermKind(TextChoices):
    """The lists that a county keeps (GB/T 31000: 类别, 规模, 来源)."""

    CATEGORY = "category", "纠纷类别"
    SCALE = "scale", "纠纷规模"
    SOURCE = "source", "纠纷来源"


class Channel(TextChoices):
    """Who mediates (domain D2)."""

    PEOPLE = "people", "人民调解"
    ADMINISTRATIVE = "administrative", "行政调解"
    JUDICIAL = "judicial", "司法调解"
    INDUSTRY = "industry", "行业性专业性调解"


class PartyRole(TextChoices):
    APPLICANT = "applicant", "申请人"
    RESPONDENT = "respondent", "被申请人"
    THIRD = "third", "第三人"


class PartyKind(TextChoices):
    PERSON = "person", "自然人"
    ORGANISATION = "organisation", "单位"


class CommitteeKind(TextChoices):
    """Who mediates in organised form (domain D6)."""

    VILLAGE = "village", "村(居)调解委员会"
    TOWNSHIP = "township", "乡镇(街道)调解委员会"
    ENTERPRISE = "enterprise", "企事业单位调解委员会"
    INDUSTRY = "industry", "行业性专业性调解委员会"
    CENTRE = "centre", "联合调处中心"
    ASSOCIATION = "association", "和事佬协会"


class RecordKind(TextChoices):
    """What is put down while a case is worked on."""

    INVESTIGATION = "investigation", "调查记录"
    SITTING = "sitting", "调解记录"
    JOINT = "joint", "联席会议记录"
    EVIDENCE = "evidence", "证据材料"
    RIGHTS = "rights", "权利义务告知"


class HandoverState(TextChoices):
    PENDING = "pending", "待接收"
    ACCEPTED = "accepted", "已接收"
    REFUSED = "refused", "已退回"
    WITHDRAWN = "withdrawn", "已收回"


class EscalationCause(TextChoices):
    """Why a case went up a level (四级七天)."""

    EXPIRED = "expired", "期满自动上报"
    ASKED = "asked", "主动上报"


class AgreementForm(TextChoices):
    ORAL = "oral", "口头协议"
    WRITTEN = "written", "书面协议"


class ConfirmationState(TextChoices):
    """Judicial confirmation (People's Mediation Law §33): asked by both within 30 days."""

    NONE = "none", "未申请"
    ASKED = "asked", "已申请"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "未确认"


class Prevented(TextChoices):
    """What was prevented from growing out of a dispute (domain D5)."""

    CRIME = "crime", "民转刑"
    GROUP_PETITION = "group_petition", "群体性上访"
    GROUP_FIGHT = "group_fight", "群体性械斗"
    SUICIDE = "suicide", "非正常死亡"


class Satisfaction(TextChoices):
    SATISFIED = "satisfied", "满意"
    FAIR = "fair", "基本满意"
    UNSATISFIED = "unsatisfied", "不满意"


class ClaimState(TextChoices):
    """A per-case subsidy (以案定补)."""

    CLAIMED = "claimed", "待审核"
    APPROVED = "approved", "待发放"
    PAID = "paid", "已发放"
    REFUSED = "refused", "不予补贴"
