"""Papers from registration to the last sitting."""

from __future__ import annotations

from disputes.content.blocks import (
    Block,
    Ending,
    Field,
    Form,
    Heading,
    Note,
    Paper,
    Signs,
    Words,
    day_words,
    words,
)
from disputes.content.facts import CaseFacts, HandoverFacts, PartyFacts, RecordFacts
from disputes.enums import PartyRole, RecordKind
from pingan.money import yuan_text

BLANK = "　"


def paper(case: CaseFacts, item: str, title: str, blocks: list[Block], **values: object) -> Paper:
    """A paper of the case, by its body."""
    fields = {
        "item": item,
        "title": title,
        "number": case.code,
        "issuer": case.body,
        "on": case.today,
        "blocks": tuple(blocks),
        "demo_mark": case.demo_mark,
    }
    return Paper(**(fields | values))  # type: ignore[arg-type]


def party_rows(parties: list[PartyFacts] | tuple[PartyFacts, ...]) -> list[tuple[Field, ...]]:
    """Each party in two rows of a form."""
    rows: list[tuple[Field, ...]] = []
    for party in parties:
        rows += [
            (
                Field(party.role.label, f"{party.name}（{party.kind}）"),
                Field("联系方式", party.contact),
            ),
            (Field("住址", party.address),),
        ]
    return rows


def compose_application(case: CaseFacts) -> Paper:
    """调解申请书, to be signed by who applies."""
    applicants = case.of(PartyRole.APPLICANT)
    others = [party for party in case.parties if party.role != PartyRole.APPLICANT]
    blocks: list[Block] = [
        Form((*party_rows(applicants), *party_rows(others))),
        Heading("一、纠纷简要情况"),
        *words(case.facts or case.title),
        Heading("二、申请事项"),
        Words(f"申请{case.body}对上述{case.category}纠纷进行调解。"),
        Words(
            f"申请人已知晓调解坚持自愿，调解期间可以随时要求终止，"
            f"{'人民调解不收取任何费用，' if case.is_peoples else ''}不因调解而限制依法"
            "通过仲裁、行政、司法等途径维护权利。"
        ),
        Words(f"此致{BLANK}{case.body}"),
        Signs(tuple((f"申请人（{party.name}）签名", True) for party in applicants)),
        Note(f"申请日期：{day_words(None)}"),
    ]
    title = f"{case.prefix}调解申请书"
    return paper(case, "application", title, blocks, on=case.registered_on)


def compose_acceptance(case: CaseFacts) -> Paper:
    """受理登记表."""
    amount = f"{yuan_text(case.amount)}元" if case.amount is not None else "不涉及"
    happened = day_words(case.happened_on) if case.happened_on else "不详"
    blocks: list[Block] = [
        Form(
            (
                (Field("登记日期", day_words(case.registered_on)), Field("经办人", case.handler)),
                (Field("纠纷类别", case.category), Field("纠纷规模", case.scale or "未分")),
                (Field("来源", case.source), Field("调解方式", case.channel.label)),
                (Field("涉及人数", f"{case.people}人"), Field("涉及金额", amount)),
                (Field("发生日期", happened), Field("发生地点", case.place or "不详")),
                *party_rows(case.parties),
                (Field("事由", case.title),),
                (Field("纠纷简要情况", case.facts or case.title, 34),),
                (Field("受理意见", _acceptance(case), 12),),
                (Field("承办单位", case.holder), Field("调解员", case.mediator or "未指定")),
            )
        ),
        Signs((("登记人签名", False),)),
        Ending(case.body, day_words(case.accepted_on)),
    ]
    title = f"{case.prefix}调解受理登记表"
    return paper(case, "application", title, blocks, on=case.accepted_on)


def _acceptance(case: CaseFacts) -> str:
    if case.accepted_on is None:
        return "待审查。"
    due = f"，调解期限到{day_words(case.due_on)}" if case.due_on else ""
    return f"属于受理范围，{day_words(case.accepted_on)}受理{due}。"


RIGHTS = (
    "选定调解员，或者接受为本纠纷安排的调解员。",
    "同意调解、不同意调解，或者在调解中途要求终止。",
    "要求公开调解，或者要求不公开调解。",
    "自主表达意愿，自愿决定是否达成协议和协议的内容，任何人不得强迫。",
)
DUTIES = (
    "如实说明纠纷的经过，不隐瞒、不编造。",
    "遵守调解现场秩序，尊重调解员。",
    "尊重其他当事人行使权利。",
)


def compose_rights(case: CaseFacts, record: RecordFacts | None = None) -> Paper:
    """权利义务告知书 (Law §23, §24), read and signed by every party."""
    law = (
        "根据《中华人民共和国人民调解法》第二十三条、第二十四条的规定，" if case.is_peoples else ""
    )
    free = ["调解不收取任何费用。"] if case.is_peoples else []
    effects = [
        "经调解达成的协议，各方应当按照约定履行。",
        *(
            [
                "对协议的履行或者内容发生争议的，可以向人民法院起诉；各方认为有必要的，"
                "可以自协议生效之日起三十日内共同向人民法院申请司法确认。"
            ]
            if case.is_peoples
            else []
        ),
        "调解不成的，可以依法通过仲裁、行政、司法等途径维护自己的权利。",
        *free,
    ]
    blocks: list[Block] = [
        Words("各方当事人：", is_indented=False),
        Words(f"{law}现将调解中您的权利和义务告知如下："),
        Heading("一、权利"),
        *(Words(text, f"{number}．") for number, text in enumerate(RIGHTS, start=1)),
        Heading("二、义务"),
        *(Words(text, f"{number}．") for number, text in enumerate(DUTIES, start=1)),
        Heading("三、其他事项"),
        *(Words(text, f"{number}．") for number, text in enumerate(effects, start=1)),
        Words("以上内容已向我说明，我已知晓。"),
        Signs(tuple((f"{party.role.label}（{party.name}）签名", True) for party in case.parties)),
        Ending(case.body, day_words(record.on if record else None)),
    ]
    files = (record.file,) if record and record.file else ()
    on = record.on if record else None
    return paper(case, "rights", "当事人权利义务告知书", blocks, on=on, attached=files)


SITTING_TITLES = {
    RecordKind.INVESTIGATION: "调查记录",
    RecordKind.SITTING: "调解记录",
    RecordKind.JOINT: "联席会议记录",
}


def compose_record(case: CaseFacts, record: RecordFacts) -> Paper:
    """调查记录, 调解记录 or 联席会议记录."""
    is_sitting = record.kind != RecordKind.INVESTIGATION
    parties = "、".join(f"{party.role.label}{party.name}" for party in case.parties)
    who = Field("被调查人" if not is_sitting else "参加人员", record.attending or "见签名")
    signs = (
        [(f"{party.role.label}（{party.name}）签名", True) for party in case.parties]
        if record.kind == RecordKind.SITTING
        else [("被调查人签名", True)]
        if record.kind == RecordKind.INVESTIGATION
        else [("参加人员签名", False)]
    )
    blocks: list[Block] = [
        Form(
            (
                (Field("时间", day_words(record.on)), Field("地点", record.place or BLANK)),
                (Field("当事人", parties),),
                (who,),
                (Field("事由", case.title),),
                (Field("调解员", case.mediator or BLANK), Field("记录人", record.recorder)),
            )
        ),
        Heading("记录："),
        *words(record.text, empty="（见附件）" if record.file else "（未录入文字）"),
        Words("以上记录已阅读（或者已向我宣读），与所述相符。"),
        Signs((*signs, ("调解员签名", False), ("记录人签名", False))),
    ]
    title = SITTING_TITLES[record.kind]
    files = (record.file,) if record.file else ()
    return paper(case, "records", title, blocks, on=record.on, attached=files)


def compose_evidence(case: CaseFacts, records: list[RecordFacts]) -> Paper:
    """证据材料目录; the materials follow it."""
    blocks: list[Block] = []
    for number, record in enumerate(records, start=1):
        rows: tuple[tuple[Field, ...], ...] = (
            (Field("序号", str(number)), Field("日期", day_words(record.on))),
            (Field("来源或地点", record.place or "未注明"), Field("录入人", record.recorder)),
            (Field("说明", record.text or "未注明", 12),),
            (Field("附件", record.file_name or "无，见实物或原件"),),
        )
        blocks += [Form(rows), Note("")]
    files = tuple(record.file for record in records if record.file)
    on = records[0].on if records else None
    return paper(case, "evidence", "证据材料目录", blocks, on=on, attached=files)


def compose_handover(case: CaseFacts, handover: HandoverFacts) -> Paper:
    """移交函. Roles alone: the receiver learns the names with the case, not before."""
    roles = [f"{role.label}{len(case.of(role))}名" for role in PartyRole if case.of(role)]
    answer = f"贵单位于{day_words(handover.answered_on)}答复：{handover.state}。"
    blocks: list[Block] = [
        Words(f"{handover.to_unit}：", is_indented=False),
        Words(
            f"{day_words(case.registered_on)}登记的{case.category}纠纷，案号{case.code}，"
            f"事由为{case.title}，{f'发生在{case.place}，' if case.place else ''}"
            f"涉及{case.people}人，当事人有{'、'.join(roles)}。"
        ),
        Words(f"移交理由：{handover.reason.rstrip('。')}。"),
        Words(
            f"现移交贵单位以{handover.channel}的方式办理。请及时答复接收或者退回，退回的请写明"
            "理由。接收后，当事人的姓名和案卷随办理权限一并转交，请依法保密。"
        ),
        *([Words(answer)] if handover.answered_on else []),
        Ending(handover.from_unit, day_words(handover.on)),
    ]
    return paper(
        case, "handover", "关于移交纠纷的函", blocks, on=handover.on, issuer=handover.from_unit
    )
