"""Papers from the agreement to the closed case."""

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
    Stage,
    Words,
    day_words,
    words,
)
from disputes.content.facts import AgreementText, CaseFacts, EndFacts, PerformanceFacts, VisitFacts
from disputes.content.opening import paper, party_rows
from disputes.enums import AgreementForm, DisputeState, Move
from pingan.money import capitals, yuan_text

# What is put on the paper itself: it is printed before it is there.
BY_HAND = frozenset({"各方当事人签名、盖章或者按指印", "人民调解员签名", "人民调解委员会印章"})
OPEN = "（未填）"
OTHER_WAYS = {
    Move.REJECT: "不予受理告知书",
    Move.FAIL: "调解终结告知书",
    Move.GUIDE: "调解终结告知书",
    Move.WITHDRAW: "调解终结告知书",
}


def agreement_stage(agreement: AgreementText) -> Stage:
    """Final with nothing missing; to be signed where only what the hand puts on it is missing."""
    if not agreement.is_current:
        return Stage.OLD
    if not agreement.missing:
        return Stage.FINAL
    if agreement.form == AgreementForm.ORAL:
        return Stage.DRAFT
    return Stage.SIGNING if set(agreement.missing) <= BY_HAND else Stage.DRAFT


def money_words(fen: int) -> str:
    return f"人民币{capitals(fen)}（¥{yuan_text(fen)}）"


def compose_agreement(case: CaseFacts, agreement: AgreementText) -> Paper:
    """调解协议书 with every statutory item (Law §29, 司法部令第75号 §35)."""
    amount = [Words(money_words(agreement.amount), "给付金额：")] if agreement.amount else []
    due = day_words(agreement.perform_by) + "前" if agreement.perform_by else OPEN
    copies = len(case.parties) + 1
    law = "根据《中华人民共和国人民调解法》的规定，" if case.is_peoples else ""
    blocks: list[Block] = [
        Form(tuple(party_rows(case.parties))),
        Words(f"{law}经{case.body}调解，各方当事人自愿达成如下协议。"),
        Heading("一、纠纷的主要事实、争议事项以及各方当事人的责任"),
        *words(agreement.facts, empty=OPEN),
        Heading("二、协议内容"),
        *words(agreement.content, empty=OPEN),
        *amount,
        Heading("三、履行的方式、地点、期限"),
        Words(agreement.manner or OPEN, "履行方式："),
        Words(agreement.place or OPEN, "履行地点："),
        Words(due, "履行期限："),
        Heading("四、协议的效力"),
        *_effects(case),
        Words(f"本协议一式{copies}份，各方当事人各执一份，{case.body}留存一份。"),
        *_signed(case, agreement),
    ]
    title = f"{case.prefix}调解协议书"
    stage = agreement_stage(agreement)
    return paper(case, "agreement", title, blocks, on=agreement.on, stage=stage)


def _effects(case: CaseFacts) -> list[Block]:
    found: list[Block] = [
        Words("本协议自各方当事人签名、盖章或者按指印，调解员签名并加盖印章之日起生效。"),
        Words("各方当事人应当按照本协议履行义务，不得擅自变更或者解除。"),
    ]
    if case.is_peoples:
        found.append(
            Words(
                "各方当事人认为有必要的，可以自本协议生效之日起三十日内共同向人民法院申请司法"
                "确认。对协议的履行或者内容发生争议的，可以向人民法院起诉。"
            )
        )
    return found


def _signed(case: CaseFacts, agreement: AgreementText) -> list[Block]:
    mediator = f"调解员（{case.mediator}）签名" if case.mediator else "调解员签名"
    lines = [(f"{party.role.label}（{party.name}）", True) for party in case.parties]
    noted = ""
    if agreement.effective_on:
        noted = f"签名、盖章已经齐备，协议自{day_words(agreement.effective_on)}起生效。"
    return [
        Words(f"{noted}各方当事人签名、盖章或者按指印："),
        Signs((*lines, (mediator, False))),
        Ending(case.body, day_words(agreement.on)),
    ]


def compose_oral(case: CaseFacts, agreement: AgreementText) -> Paper:
    """口头协议登记表 (Law §28): the mediator puts down what was agreed."""
    amount = money_words(agreement.amount) if agreement.amount else "不涉及"
    blocks: list[Block] = [
        Form(
            (
                *party_rows(case.parties),
                (Field("纠纷类别", case.category), Field("达成日期", day_words(agreement.on))),
                (Field("主要事实、争议事项和各方责任", agreement.facts or OPEN, 24),),
                (Field("协议内容", agreement.content or OPEN, 26),),
                (Field("履行方式", agreement.manner or OPEN), Field("给付金额", amount)),
                (
                    Field("履行地点", agreement.place or "未约定"),
                    Field(
                        "履行期限",
                        day_words(agreement.perform_by) if agreement.perform_by else OPEN,
                    ),
                ),
            )
        ),
        Note("当事人认为不需要制作书面协议，采取口头协议方式，由调解员记录协议内容。"),
        Signs(
            (
                (f"调解员（{case.mediator}）签名" if case.mediator else "调解员签名", False),
                ("记录人签名", False),
            )
        ),
        Ending(case.body, day_words(agreement.on)),
    ]
    stage = agreement_stage(agreement)
    title = f"{case.prefix}调解口头协议登记表"
    return paper(case, "agreement", title, blocks, on=agreement.on, stage=stage)


def compose_performance(case: CaseFacts, done: PerformanceFacts) -> Paper:
    """履行凭证: who received signs for it."""
    amount = money_words(done.amount) if done.amount is not None else "不涉及金额"
    blocks: list[Block] = [
        Form(
            (
                *party_rows(case.parties),
                (Field("事由", case.title), Field("履行日期", day_words(done.on))),
                (Field("履行情况", done.what, 30),),
                (Field("金额", amount),),
                (Field("附件", done.file_name or "无"),),
            )
        ),
        Words("上述款项（物品、事项）已经当面履行，双方核对无误。"),
        Signs((("履行人签名", True), ("接收人签名", True), ("调解员签名", False))),
        Note("本凭证一式三份，履行人、接收人各执一份，附卷一份。"),
    ]
    files = (done.file,) if done.file else ()
    return paper(case, "performance", "协议履行凭证", blocks, on=done.on, attached=files)


def compose_visit(case: CaseFacts, visit: VisitFacts) -> Paper:
    """回访记录 (Law §31)."""
    flaring = "有，已按规定处理" if visit.is_flaring_up else "没有"
    blocks: list[Block] = [
        Form(
            (
                *party_rows(case.parties),
                (Field("回访日期", day_words(visit.on)), Field("回访人", visit.visitor)),
                (Field("事由", case.title),),
                (
                    Field("协议履行", "已履行" if visit.is_performed else "未履行"),
                    Field("满意程度", visit.satisfaction),
                ),
                (Field("激化苗头", flaring),),
                (Field("回访情况", visit.text or "未录入文字", 60),),
                (Field("当事人意见", "", 24),),
            )
        ),
        Signs((("当事人签名", True), ("回访人签名", False))),
    ]
    return paper(case, "visit", "回访记录", blocks, on=visit.on)


def compose_confirmation(case: CaseFacts, agreement: AgreementText) -> Paper:
    """司法确认申请书 (Law §33): asked by all parties together."""
    court = agreement.court or "＿＿＿＿＿＿人民法院"
    effective = day_words(agreement.effective_on)
    law = (
        "《中华人民共和国人民调解法》第三十三条"
        if case.is_peoples
        else "《中华人民共和国民事诉讼法》关于确认调解协议的规定"
    )
    blocks: list[Block] = [
        Form(tuple(party_rows(case.parties))),
        Heading("一、申请事项"),
        Words(
            f"请求依法确认申请人于{day_words(agreement.on)}经{case.body}主持达成的"
            f"{case.code}调解协议有效。"
        ),
        Heading("二、事实与理由"),
        Words(
            f"申请人因{case.category}纠纷，经{case.body}调解自愿达成协议，协议自{effective}起生效。"
            f"各方认为有必要进行司法确认，依照{law}，自协议生效之日起三十日内共同提出申请。"
        ),
        Heading("三、承诺"),
        Words(
            "申请人出于解决纠纷的目的自愿达成协议，没有恶意串通、规避法律的行为；因协议内容"
            "给他人造成损害的，愿意承担相应的法律责任。"
        ),
        Words(f"此致　{court}"),
        Words("调解协议书、当事人身份证明、与协议有关的财产权利证明等材料。", "附："),
        Signs(tuple((f"申请人（{party.name}）签名", True) for party in case.parties)),
        Note(f"申请日期：{day_words(agreement.asked_on)}"),
    ]
    title = "司法确认申请书"
    return paper(case, "confirmation", title, blocks, on=agreement.asked_on)


def compose_notice(case: CaseFacts, end: EndFacts) -> Paper:
    """不予受理告知书, 调解终结告知书: with the other ways open to the parties (Law §26)."""
    reasons = {
        Move.REJECT: "经审查，不予受理",
        Move.FAIL: "经调解没有达成协议，调解终结",
        Move.GUIDE: "经研究，引导通过其他途径解决，调解终结",
        Move.WITHDRAW: "当事人要求终止调解，调解终结",
    }
    names = "、".join(party.name for party in case.parties)
    law = ""
    if case.is_peoples:
        is_refusal = end.move == Move.REJECT
        law = (
            "按照《人民调解工作若干规定》，"
            if is_refusal
            else "依照《中华人民共和国人民调解法》第二十六条的规定，"
        )
    blocks: list[Block] = [
        Words(f"{names}：", is_indented=False),
        Words(
            f"{day_words(case.registered_on)}登记的{case.category}纠纷，案号{case.code}，"
            f"事由为{case.title}，{reasons[end.move]}。"
        ),
        Words(f"理由：{end.note.rstrip('。') or OPEN}。"),
        Words(
            f"{law}现告知您：可以依法通过仲裁、行政、司法等途径维护自己的权利。"
            "请注意有关时效，避免采取过激行为；有新情况的，可以再次申请调解。"
        ),
        Signs(tuple((f"{party.role.label}（{party.name}）签收", False) for party in case.parties)),
        Ending(case.body, day_words(end.on)),
    ]
    return paper(case, "notice", OTHER_WAYS[end.move], blocks, on=end.on)


RESULTS = {
    Move.AGREE: "达成调解协议",
    Move.FAIL: "调解不成",
    Move.GUIDE: "引导通过其他途径解决",
    Move.WITHDRAW: "当事人撤回",
    Move.REJECT: "不予受理",
}


def compose_closing(case: CaseFacts) -> Paper:
    """结案登记表; a draft until the case is closed."""
    agreement, end = case.agreement, case.end
    result = RESULTS.get(end.move, "") if end else ""
    reason = f"：{end.note}" if end and end.note else ""
    performed = "不涉及"
    if agreement:
        last = case.performances[-1] if case.performances else None
        performed = f"{day_words(last.on)}，{last.what}" if last else "没有履行记录"
    visits = "；".join(f"{day_words(v.on)}，{v.satisfaction}" for v in case.visits) or "没有回访"
    papers = "；".join(
        f"{item.name}（{'有' if item.is_there else '缺'}）"
        for item in case.items
        if item.is_required and item.code != "closing"
    )
    blocks: list[Block] = [
        Form(
            (
                (Field("事由", case.title), Field("纠纷类别", case.category)),
                *party_rows(case.parties),
                (
                    Field("登记日期", day_words(case.registered_on)),
                    Field(
                        "受理日期", day_words(case.accepted_on) if case.accepted_on else "未受理"
                    ),
                ),
                (
                    Field("终结日期", day_words(case.settled_on) if case.settled_on else OPEN),
                    Field("结案日期", day_words(case.closed_on) if case.closed_on else OPEN),
                ),
                (Field("调解结果", result + reason, 10),),
                (
                    Field("化解层级", case.settled_level or "未化解"),
                    Field("司法确认", agreement.confirmation.label if agreement else "不涉及"),
                ),
                (Field("履行情况", performed),),
                (Field("回访情况", visits),),
                (Field("防止激化", case.prevented or "没有"),),
                (Field("卷内必备材料", papers),),
                (Field("承办单位", case.holder), Field("调解员", case.mediator or "未指定")),
            )
        ),
        Signs((("经办人签名", False), ("负责人签名", False))),
        Ending(case.body, day_words(case.closed_on)),
    ]
    stage = Stage.FINAL if case.state == DisputeState.CLOSED else Stage.DRAFT
    title = f"{case.prefix}调解结案登记表"
    return paper(case, "closing", title, blocks, on=case.closed_on, stage=stage)
