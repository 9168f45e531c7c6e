"""Compose the quarter's case bulletin (案情通报) from its frozen figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.cases import CaseFigures, CaseLine
from reports.content.document import (
    Attachment,
    Block,
    BulletinContent,
    Cell,
    Column,
    Heading,
    Paragraph,
    Table,
    ordinal,
)
from reports.tables import OfficeNames

HASH_DIGITS = 16
MOST_NAMED = 5
PARTS = ("robberies", "thefts", "homicides")  # of criminal_cases
MAIN = ("criminal_cases", "order_cases")
NOTE = (
    "数字取自各乡镇、单位上报并经审核通过的指标报表。“未报”是没有审核通过的报表，不等于0；"
    "＊为只报了部分月份，“—”为不填报或无从计算。环比、同比只在两期都报齐时计算；"
    "合计的增减只比较两期都报齐的单位；上期为0的只写增加起数。每万人案件数按登记人口计算。"
)


@dataclass(frozen=True, slots=True)
class CaseIssue:
    """What the document needs besides the figures."""

    figures: CaseFigures
    offices: OfficeNames
    edition: int
    number: int
    issued_on: dt.date
    hash: str
    changes: tuple[str, ...]
    reason: str
    corrects: str  # the number of the bulletin that is corrected
    is_demo: bool


def compose_cases(issue: CaseIssue) -> BulletinContent:
    """The words of the bulletin; a later edition is a correction and says what changed."""
    figures, offices = issue.figures, issue.offices
    kind = "更正通报" if issue.edition > 1 else "通报"
    date = _date(issue.issued_on)
    return BulletinContent(
        issuer_heading=f"{offices.lead_office}文件",
        number=f"{offices.document_prefix}〔{issue.issued_on.year}〕{issue.number}号",
        title_lines=(f"关于{figures.label}", f"刑事和治安案件情况的{kind}"),
        addressee=_addressee(figures),
        body=_body(issue),
        attachments=_attachments(figures),
        signer=offices.lead_office,
        date=date,
        verification=f"版次 第{issue.edition}版　校验码 {issue.hash[:HASH_DIGITS]}",
        copy_to=f"{offices.committee}领导成员，各成员单位。",
        printed_by=offices.lead_office,
        printed_on=f"{date}印发",
        demo_mark="（演示数据）" if issue.is_demo else "",
    )


def _addressee(figures: CaseFigures) -> str:
    names = [line.name for line in figures.lines if line.is_township]
    plain = all(name.endswith(("乡", "镇")) for name in names)
    governments = "各乡镇人民政府" if plain else "各乡镇人民政府、街道办事处"
    return f"{governments}，{_place(figures)}直各有关单位："


def _place(figures: CaseFigures) -> str:
    return figures.county_name[-1] if figures.county_name[-1] in "县区市旗" else "县"


def _body(issue: CaseIssue) -> tuple[Block, ...]:
    figures = issue.figures
    sections: list[tuple[str, list[Block]]] = [
        ("总体情况", _overview(figures)),
        ("分乡镇、单位情况", _by_unit(figures)),
        ("报送情况", [Paragraph(_reporting(figures))]),
        ("工作要求", [Paragraph(_demands(figures))]),
    ]
    blocks: list[Block] = list(_opening(issue))
    for index, (name, content) in enumerate(sections, 1):
        blocks += [Heading(f"{ordinal(index)}、{name}"), *content]
    return tuple(blocks)


def _opening(issue: CaseIssue) -> list[Paragraph]:
    label, whole = issue.figures.label, f"全{_place(issue.figures)}"
    if issue.edition == 1:
        return [Paragraph(f"现将{label}{whole}刑事和治安案件情况通报如下。")]
    lead = (
        f"{label}案情通报（{issue.corrects}）印发后，因{issue.reason.rstrip('。')}，"
        f"下列{len(issue.changes)}处有变动："
    )
    last = len(issue.changes)
    changes = [
        Paragraph(f"{index}. {text}{'。' if index == last else '；'}")
        for index, text in enumerate(issue.changes, 1)
    ]
    again = "以本通报为准，原通报停止使用。现将更正后的情况重新通报如下。"
    return [Paragraph(lead), *changes, Paragraph(again)]


def _overview(figures: CaseFigures) -> list[Block]:
    blocks: list[Block] = []
    for index, code in enumerate([code for code in MAIN if code in figures.codes], 1):
        text = _sentence(figures, code)
        if code == "criminal_cases":
            parts = [_part(figures, part) for part in PARTS if part in figures.codes]
            text += f"其中{'；'.join(parts)}。" if parts else ""
        rate = figures.total_rate(code)
        if rate != "—":
            text += f"每万人{figures.name(code)}{rate}起。"
        blocks.append(Paragraph(text, lead=f"（{ordinal(index)}）{figures.name(code)}。"))
    return blocks


def _sentence(figures: CaseFigures, code: str) -> str:
    total, year = figures.total(code, "now"), figures.total(code, "year")
    if total.number is None:
        return "本季度没有审核通过的报表。"
    known = "" if total.is_whole else "（已报数）"
    return (
        f"本季度{total.number}起{known}，"
        f"{_against(figures, code, 'now', 'previous', '比上季度')}，"
        f"{_against(figures, code, 'now', 'before', '比上年同季')}。"
        f"本年累计{year.number}起{'' if year.is_whole else '（已报数）'}，"
        f"{_against(figures, code, 'year', 'year_before', '比上年同期')}。"
    )


def _part(figures: CaseFigures, code: str) -> str:
    total = figures.total(code, "now")
    if total.number is None:
        return f"{figures.name(code)}没有报数"
    against = _against(figures, code, "now", "before", "比上年同季")
    return f"{figures.name(code)}{total.number}起，{against}"


def _against(figures: CaseFigures, code: str, window: str, with_window: str, lead: str) -> str:
    """The change of the comparable units; of nothing there is no percentage."""
    found = figures.comparison(code, window, with_window)
    if not found.units:
        return f"{lead}无从比较"
    if found.before == 0 and found.now:
        text = f"{lead}增加{found.now}起（{_base_words(with_window)}为0）"
    else:
        text = f"{lead}{found.text}"
    return text if found.is_of_all else f"{text}（两期都报齐的{found.units}个单位相比）"


def _base_words(window: str) -> str:
    words = {"previous": "上季度", "before": "上年同期", "year_before": "上年同期"}
    return words[window]


def _by_unit(figures: CaseFigures) -> list[Block]:
    texts: list[Block] = []
    for index, code in enumerate([code for code in MAIN if code in figures.codes], 1):
        lead = f"（{ordinal(index)}）{figures.name(code)}。"
        texts.append(Paragraph(_named(figures, code), lead=lead))
    return [*texts, Paragraph("各乡镇、单位情况见附件。")]


def _named(figures: CaseFigures, code: str) -> str:
    """Who has most, who rose and fell most against last year, who had none."""
    whole = [line for line in figures.lines if line.figure(code, "now").is_whole]
    if not whole:
        return "没有报齐的乡镇、单位。"
    most = _top(whole, lambda line: line.figure(code, "now").number or 0)
    parts = []
    if most:
        names = "、".join(f"{line.name}（{line.figure(code, 'now').number}起）" for line in most)
        parts.append(f"起数较多的是{names}")
    same = [line for line in whole if line.is_comparable(code, "now", "before")]

    def rise(line: CaseLine) -> int:
        now, before = line.figure(code, "now").number, line.figure(code, "before").number
        return (now or 0) - (before or 0)

    for word, sign in (("增加", 1), ("减少", -1)):
        moved = _top(same, lambda line, sign=sign: sign * rise(line))  # type: ignore[misc]
        if moved:
            names = "、".join(f"{line.name}（{word}{abs(rise(line))}起）" for line in moved)
            parts.append(f"比上年同季{word}较多的是{names}")
    none = [line.name for line in whole if line.figure(code, "now").number == 0]
    if none:
        parts.append(f"没有发案的{len(none)}个：{'、'.join(none)}")
    return "；".join(parts) + "。"


def _top(lines: Sequence[CaseLine], key: Callable[[CaseLine], int]) -> list[CaseLine]:
    """The highest above nothing; who is level with the last of them is named too, or none is."""
    ranked = sorted((line for line in lines if key(line) > 0), key=key, reverse=True)
    if len(ranked) <= MOST_NAMED:
        return ranked
    limit = key(ranked[MOST_NAMED - 1])
    level = [line for line in ranked if key(line) >= limit]
    return level if len(level) <= 2 * MOST_NAMED else [x for x in ranked if key(x) > limit]


def _reporting(figures: CaseFigures) -> str:
    missing, partly = figures.missing(), figures.partly()
    text = f"应报{len(figures.lines)}个乡镇、单位，"
    if not missing and not partly:
        return text + "全部报齐。"
    whole = len(figures.lines) - len({line.unit_id for line in (*missing, *partly)})
    text += f"报齐{whole}个。"
    if missing:
        text += f"未报的{len(missing)}个：{_names(missing)}。"
    if partly:
        text += f"未报齐的{len(partly)}个：{_names(partly)}。"
    return text + "未报的不作0统计，合计中不含。"


def _names(lines: Sequence[CaseLine]) -> str:
    return "、".join(line.name for line in lines)


def _demands(figures: CaseFigures) -> str:
    rising = [
        line
        for line in figures.lines
        if line.is_comparable("criminal_cases", "now", "before")
        and (line.figure("criminal_cases", "now").number or 0)
        > (line.figure("criminal_cases", "before").number or 0)
    ]
    text = ""
    if rising:
        text = (
            f"刑事案件比上年同季增加的{len(rising)}个乡镇、单位要逐案分析发案的时段、部位和原因，"
            "有针对性地安排巡逻、宣教和技防。"
        )
    if figures.missing() or figures.partly():
        text += "未报和未报齐的要尽快补报，补报后按程序更正。"
    return text or "请继续抓好防范，如实、按时报送。"


HEADS = (
    *("乡镇、单位", "本季度", "上季度", "环比", "上年同季", "同比"),
    *("本年累计", "上年累计", "累计同比", "每万人"),
)
# Millimetres of the 156: 由0增12起 and a name of seven characters stand on one line.
_WIDTHS = (23.4, 10.7, 10.7, 17.2, 13.8, 17.2, 13.8, 13.8, 17.2, 10.7)
_COLUMNS = (
    Column("序号", 7.5),
    *(
        Column(title, width, "center" if index else "left")
        for index, (title, width) in enumerate(zip(HEADS, _WIDTHS, strict=True))
    ),
)


def _attachments(figures: CaseFigures) -> tuple[Attachment, ...]:
    titles = [(code, (code,)) for code in MAIN if code in figures.codes]
    parts = tuple(code for code in PARTS if code in figures.codes)
    found = []
    for code, codes in titles:
        tables = tuple(_table(figures, each, "") for each in codes)
        found.append((f"{figures.label}{figures.name(code)}统计表", tables))
    if parts:
        tables = tuple(_table(figures, code, figures.name(code)) for code in parts)
        names = "、".join(figures.name(code).removesuffix("案件") for code in parts)
        found.append((f"{figures.label}{names}统计表", tables))
    return tuple(
        Attachment(f"附件{index}", title, NOTE, tables)
        for index, (title, tables) in enumerate(found, 1)
    )


def _table(figures: CaseFigures, code: str, caption: str) -> Table:
    rows = [
        (str(number), *case_row(figures, line, code))
        for number, line in enumerate(figures.lines, start=1)
    ]
    rows.append(("", *total_row(figures, code)))
    return Table(caption, _COLUMNS, tuple(tuple(map(Cell, row)) for row in rows))


def _signed(words: str) -> str:
    """As a narrow column has it: +28.6%, −26.3%."""
    return words.replace("上升", "+").replace("下降", "−")


def case_row(figures: CaseFigures, line: CaseLine, code: str) -> list[str]:
    """One unit's line of a table, in the order of its columns."""

    def number(window: str) -> str:
        return line.figure(code, window).text

    return [
        line.name,
        number("now"),
        number("previous"),
        _signed(line.change(code, "now", "previous")),
        number("before"),
        _signed(line.change(code, "now", "before")),
        number("year"),
        number("year_before"),
        _signed(line.change(code, "year", "year_before")),
        figures.rate(line, code),
    ]


def total_row(figures: CaseFigures, code: str) -> list[str]:
    def number(window: str) -> str:
        return figures.total(code, window).text

    return [
        "合计",
        number("now"),
        number("previous"),
        _signed(figures.comparison(code, "now", "previous").text),
        number("before"),
        _signed(figures.comparison(code, "now", "before").text),
        number("year"),
        number("year_before"),
        _signed(figures.comparison(code, "year", "year_before").text),
        figures.total_rate(code),
    ]


def _date(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
