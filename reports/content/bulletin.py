"""Compose the monthly bulletin (通报) from its figures. Every number in it comes from them."""

from __future__ import annotations

import datetime as dt

from reports.content.activities import activities, county_word, reporting
from reports.content.document import Block, BulletinContent, Heading, Paragraph, ordinal
from reports.content.problems import problems
from reports.content.rankings import (
    attachments,
    colours_text,
    grades_text,
    leaders,
    places_text,
    sector_word,
    short_table,
    trailers,
)
from reports.tables import MonthFigures, PeerRanking, mean_points, points_text

CAMPAIGN = "“月月创平安”活动"
HASH_DIGITS = 16


def compose_bulletin(figures: MonthFigures) -> BulletinContent:
    """The words of the bulletin; what corrects a published edition says what changed."""
    offices, unit_word = figures.offices, _township_word(figures)
    is_correction = figures.corrects > 0
    kind = "更正通报" if is_correction else "通报"
    place = county_word(figures)
    date = _date(figures.issued_on)
    return BulletinContent(
        issuer_heading=f"{offices.lead_office}文件",
        number=(
            f"{offices.document_prefix}〔{figures.issued_on.year}〕{figures.bulletin_number}号"
        ),
        title_lines=(f"关于{figures.month.label}{CAMPAIGN}", f"考评情况的{kind}"),
        addressee=_addressee(unit_word, place),
        body=_body(figures, unit_word, f"全{place}"),
        attachments=attachments(figures, unit_word),
        signer=offices.lead_office,
        date=date,
        verification=(
            f"版次 第{figures.edition_number}版　校验码 {figures.edition_hash[:HASH_DIGITS]}"
        ),
        copy_to=f"{offices.committee}领导成员，各成员单位。",
        printed_by=offices.lead_office,
        printed_on=f"{date}印发",
        demo_mark="（演示数据）" if figures.is_demo else "",
    )


def _township_word(figures: MonthFigures) -> str:
    """乡镇, unless a 街道 or another kind is among them."""
    names = [row.unit_name for row in figures.townships.rows]
    return "乡镇" if all(name.endswith(("乡", "镇")) for name in names) else "乡镇（街道）"


def _addressee(unit_word: str, place: str) -> str:
    governments = "各乡镇人民政府" if unit_word == "乡镇" else "各乡镇人民政府、街道办事处"
    return f"{governments}，{place}直各有关单位："


def _body(figures: MonthFigures, unit_word: str, whole: str) -> tuple[Block, ...]:
    sections: list[tuple[str, list[Block]]] = [
        ("总体情况", _overview(figures, unit_word, whole)),
        ("五项活动开展情况", _numbered(activities(figures))),
        ("考评排名", _ranking(figures, unit_word)),
    ]
    found = problems(figures, unit_word)
    if found:
        findings = [(problem.name, problem.finding) for problem in found]
        demands = [(problem.demand_name, problem.demand) for problem in found]
        sections.append(("存在的问题", _numbered(findings)))
        sections.append(("下步工作要求", _numbered(demands)))
    else:
        text = "本月报送、巡逻、排查和考评数据未反映出需要点名通报的问题。"
        sections.append(("存在的问题", [Paragraph(text)]))
        text = "请继续按月抓好巡逻、宣教、排查、例会和测评，如实记录，按时报送。"
        sections.append(("下步工作要求", [Paragraph(text)]))
    blocks: list[Block] = list(_opening(figures))
    for index, (name, content) in enumerate(sections, 1):
        blocks += [Heading(f"{ordinal(index)}、{name}"), *content]
    return tuple(blocks)


def _opening(figures: MonthFigures) -> list[Paragraph]:
    month, closed = figures.month.label, _date(figures.closed_on)
    if not figures.corrects:
        return [
            Paragraph(
                f"{month}{CAMPAIGN}考评已于{closed}完成，得分依据各单位审核通过的月报、"
                "督导检查和治安测评记录计算。现将考评情况通报如下。"
            )
        ]
    first = f"{month}{CAMPAIGN}考评情况（第{figures.corrects}版）通报后，"
    again = (
        f"以本通报（第{figures.edition_number}版，{closed}核定）为准，此前各版同时停止使用。"
        "现将更正后的考评情况重新通报如下。"
    )
    if not figures.changes:
        return [Paragraph(f"{first}经复核对相关数据作了更正，{again}")]
    changes = [
        Paragraph(
            f"{index}. {text.rstrip('。；')}{'。' if index == len(figures.changes) else '；'}"
        )
        for index, text in enumerate(figures.changes, 1)
    ]
    lead = Paragraph(f"{first}经复核，下列{len(figures.changes)}处有变动：")
    return [lead, *changes, Paragraph(again)]


def _overview(figures: MonthFigures, unit_word: str, whole: str) -> list[Block]:
    blocks: list[Block] = [reporting(figures, whole)]
    rows = figures.townships.rows
    if not rows:
        return [*blocks, Paragraph(f"本月没有{unit_word}参加考评。")]
    totals = [row.total for row in rows]
    text = f"参加考评的{unit_word}{len(rows)}个，平均得分{points_text(mean_points(totals))}分"
    if len(rows) > 1:
        text += f"，最高{points_text(max(totals))}分，最低{points_text(min(totals))}分"
    text += f"；等次为{grades_text(rows)}；公示评价为{colours_text(rows)}。"
    others = [
        f"{name}{sum(len(ranking.rows) for ranking in rankings)}个"
        for name, rankings in (
            (sector_word(figures), figures.sectors),
            ("村（社区）", figures.villages),
        )
        if any(ranking.rows for ranking in rankings)
    ]
    if others:
        text += f"同时参加考评的还有{'、'.join(others)}，排名见附件。"
    return [*blocks, Paragraph(text)]


def _ranking(figures: MonthFigures, unit_word: str) -> list[Block]:
    if not figures.townships.rows:
        return [Paragraph(f"本月没有{unit_word}排名。")]
    blocks: list[Block] = []
    if figures.township_groups:
        names = "、".join(ranking.group for ranking in figures.township_groups)
        blocks.append(Paragraph(f"{unit_word}分{names}各组排名，名次只在同组内比较。"))
    for ranking in figures.township_rankings:
        word = f"{ranking.group}组" if ranking.group else unit_word
        blocks.append(Paragraph(f"{_ends(ranking, word)}{_movement(ranking)}{word}排名如下。"))
        blocks.append(short_table(ranking, unit_word))
    winners = _sector_winners(figures)
    return [*blocks, Paragraph(winners)] if winners else blocks


def _ends(ranking: PeerRanking, word: str) -> str:
    """Who leads and who trails."""
    rows = ranking.rows
    first, last = leaders(rows), trailers(rows)
    if rows[0].rank == rows[-1].rank and len(rows) > 1:
        total = points_text(rows[0].total)
        count = f"{word}{len(rows)}个单位" if ranking.group else f"{len(rows)}个{word}"
        return f"{count}得分相同，均为{total}分，并列第1名。"
    text = f"{word}排名居前的是：{places_text(first)}。"
    if last:
        text += f"排名居后的是：{places_text(last)}。"
    return text


def _movement(ranking: PeerRanking) -> str:
    changes = [(row.change, row.unit_name) for row in ranking.rows if row.change is not None]
    if not changes:
        return "本月没有上月名次可比。"
    text = ""
    for verb, sign in (("上升", 1), ("下降", -1)):
        most = max(sign * change for change, _ in changes)
        if most > 0:
            names = [name for change, name in changes if sign * change == most]
            each = "各" if len(names) > 1 else ""
            text += f"与上月相比，名次{verb}最多的是{'、'.join(names)}（{each}{verb}{most}位）。"
    return text.replace("。与上月相比，", "；") or "各单位名次与上月相同。"


def _sector_winners(figures: MonthFigures) -> str:
    parts = []
    for ranking in figures.sectors:
        best = [row for row in ranking.rows if row.rank == 1]
        if len(ranking.rows) > 1 and ranking.peer_label.endswith("口"):
            names = "、".join(row.unit_name for row in best)
            parts.append(f"{ranking.peer_label}的{names}（{points_text(best[0].total)}分）")
    return f"各口单位排名第1的是：{'；'.join(parts)}。" if parts else ""


def _numbered(parts: list[tuple[str, str]]) -> list[Block]:
    return [
        Paragraph(text, lead=f"（{ordinal(index)}）{name}。")
        for index, (name, text) in enumerate(parts, 1)
    ]


def _date(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
