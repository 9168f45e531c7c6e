"""Decisions of vetoes and namings as paper: every word of them from the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from assessments.models import Naming, Veto
from pingan.enums import Level, OfficeRole
from pingan.models import CountySettings, Unit
from pingan.selectors.offices import Office

ATTACHMENT = "平安创建命名名单"
MIDDLE = 2.5  # wider columns hold names


@dataclass(frozen=True, slots=True)
class DecisionContent:
    """A decision ready to be set; `tables` are what `data-table` of the layout sets."""

    issuer_heading: str
    number: str
    title: str
    title_lines: tuple[str, ...]
    addressee: str
    paragraphs: tuple[str, ...]
    tables: tuple[dict[str, object], ...]
    attachment: str  # the title of the lists; empty where there are none
    signer: str
    date: str
    copy_to: str
    printed_by: str
    printed_on: str
    demo_mark: str


def compose_veto(
    veto: Veto,
    withdrawn: Sequence[Naming],
    offices: dict[OfficeRole, Office],
    settings: CountySettings,
    on: dt.date,
) -> DecisionContent:
    """一票否决决定: facts, basis, term and what follows from it."""
    unit = veto.unit.name
    assert veto.starts_on is not None
    assert veto.ends_on is not None
    term = f"{day_words(veto.starts_on)}起，至{day_words(veto.ends_on)}期满"
    paragraphs = [
        f"经查，{day_words(veto.happened_on)}，{_sentence(veto.facts)}",
        f"上述情形属于“{veto.condition.name}”。{_sentence(veto.condition.basis)}",
        f"决定理由：{_sentence(veto.decision)}",
        f"现决定对{unit}实行平安建设一票否决，自{term}。否决期内，平安创建考评等次为不合格，"
        "不得命名，不得评先评优和奖励。",
    ]
    if withdrawn:
        names = "、".join(f"“{naming.kind.name}”（{naming.document}）" for naming in withdrawn)
        paragraphs.append(f"同时撤销下列命名：{names}。")
    if veto.lifted_on is not None:
        lifted = _sentence(veto.lift_reason)
        paragraphs.append(f"本决定已于{day_words(veto.lifted_on)}提前解除：{lifted}")
    return _content(
        veto.document,
        (f"关于对{unit}实行", "一票否决的决定"),
        f"{unit}：",
        paragraphs,
        (),
        offices,
        settings,
        on,
    )


def compose_namings(
    document: str,
    namings: Sequence[Naming],
    offices: dict[OfficeRole, Office],
    settings: CountySettings,
    on: dt.date,
) -> DecisionContent:
    """命名决定 with its list, a table for each kind."""
    first = namings[0]
    begins = first.valid_from or on
    paragraphs = [
        f"经申报、实地核查，{_sentence(first.decision)}现命名下列{len(namings)}个单位，"
        f"自{day_words(begins)}起计算有效期。",
        "有效期内按期复核；复核不合格或发生一票否决情形的，撤销命名。",
    ]
    return _content(
        document,
        ("关于平安创建命名的决定",),
        "各乡镇、各有关单位：",
        paragraphs,
        tuple(_table(name, namings) for name in dict.fromkeys(n.kind.name for n in namings)),
        offices,
        settings,
        on,
    )


def _table(kind: str, namings: Sequence[Naming]) -> dict[str, object]:
    own = [naming for naming in namings if naming.kind.name == kind]
    is_counted = any(naming.count for naming in own)
    columns = [("序号", 1.0), ("单位", 4.0), ("所属", 3.0), ("等级", 1.5)]
    columns += [("户数", 1.2)] if is_counted else []
    columns += [("有效期至", 2.4)]
    rows = [
        [
            str(number),
            naming.unit.name,
            _above(naming.unit),
            naming.get_grade_display(),
            *([str(naming.count or "")] if is_counted else []),
            naming.valid_to.isoformat() if naming.valid_to else "",
        ]
        for number, naming in enumerate(own, start=1)
    ]
    return {
        "caption": f"{kind}（{len(own)}个）",
        "halves": False,
        "columns": [
            {"title": title, "width": width, "align": "left" if width > MIDDLE else "center"}
            for title, width in columns
        ],
        "rows": [[{"text": text, "colour": None} for text in row] for row in rows],
    }


def _above(unit: Unit) -> str:
    return unit.parent.short_name if unit.parent and unit.level != Level.TOWNSHIP else ""


def _content(
    document: str,
    title_lines: tuple[str, ...],
    addressee: str,
    paragraphs: Sequence[str],
    tables: tuple[dict[str, object], ...],
    offices: dict[OfficeRole, Office],
    settings: CountySettings,
    on: dt.date,
) -> DecisionContent:
    lead_office = offices[OfficeRole.LEAD_OFFICE].name
    date = day_words(on)
    return DecisionContent(
        issuer_heading=f"{lead_office}文件",
        number=document,
        title="".join(title_lines),
        title_lines=title_lines,
        addressee=addressee,
        paragraphs=tuple(paragraphs),
        tables=tables,
        attachment=ATTACHMENT if tables else "",
        signer=lead_office,
        date=date,
        copy_to=f"{offices[OfficeRole.COMMITTEE].name}领导成员。",
        printed_by=lead_office,
        printed_on=f"{date}印发",
        demo_mark="（演示数据）" if settings.is_demo else "",
    )


def _sentence(text: str) -> str:
    words = " ".join(text.split())
    return words if words.endswith(("。", "！", "？")) else f"{words}。"


def day_words(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
