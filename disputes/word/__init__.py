"""The DOCX writer of a case's papers: the blocks of the PDF, for the office to go on editing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

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
)
from pingan.word import finished

FANG, KAI, HEI, SONG = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
XIAOBIAO = "方正小标宋简体"
PITCH = Pt(28.95)
TEXT_MM = 156
COLUMNS_MM = (30, 48, 28, 50)
WORDS = {
    Stage.FINAL: "",
    Stage.DRAFT: "草稿",
    Stage.OLD: "原协议",
    Stage.SIGNING: "签署稿：签名、盖章齐备后生效",
}
_CONTROL = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def paper_docx(paper: Paper, *, issued_on: dt.date) -> bytes:
    """One paper. The same content gives the same bytes."""
    document = Document()
    _set_page(document, paper)
    title = _line(document, align=WD_ALIGN_PARAGRAPH.CENTER)
    _run(title, paper.title, XIAOBIAO, 22)
    head = _line(document)
    head.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)
    _run(head, f"{paper.issuer}\t{paper.number}", KAI, 12)
    for block in paper.blocks:
        _write(document, block)
    return finished(
        document, title=f"{paper.title} {paper.number}", author=paper.issuer, issued_on=issued_on
    )


def _write(document: DocxDocument, block: Block) -> None:
    match block:
        case Heading(text):
            heading = _line(document, indent=2)
            heading.paragraph_format.keep_with_next = True
            _run(heading, text, HEI, 16)
        case Words(text, lead, is_indented):
            line = _line(document, indent=2 if is_indented else 0)
            if lead:
                _run(line, lead, KAI, 16)
            _run(line, text, FANG, 16)
        case Note(text):
            if text:
                _run(_line(document), text, FANG, 12)
        case Form(rows):
            _form(document, rows)
        case Signs(lines):
            _signs(document, lines)
        case Ending(signer, date, has_seal):
            _line(document)
            for words in (f"{signer}（印章）" if has_seal else signer, date):
                line = _line(document, align=WD_ALIGN_PARAGRAPH.RIGHT)
                line.paragraph_format.right_indent = Pt(32)
                _run(line, words, FANG, 16)


def _form(document: DocxDocument, rows: Sequence[Sequence[Field]]) -> None:
    table = document.add_table(rows=0, cols=4)
    table.style = document.styles["Table Grid"]
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, COLUMNS_MM, strict=True):
        column.width = Mm(width)
    for fields in rows:
        row = table.add_row()
        height = max(field.height for field in fields)
        row.height = Mm(max(9, height))
        for cell, width in zip(row.cells, COLUMNS_MM, strict=True):
            cell.width = Mm(width)
        _cell(row.cells[0], fields[0].label, is_label=True)
        if len(fields) == 1:
            _cell(row.cells[1].merge(row.cells[3]), fields[0].value)
            continue
        _cell(row.cells[1], fields[0].value)
        _cell(row.cells[2], fields[1].label, is_label=True)
        _cell(row.cells[3], fields[1].value)
    _line(document, height=Pt(8))


def _cell(cell: _Cell, text: str, *, is_label: bool = False) -> None:
    line = cell.paragraphs[0]
    for more in cell.paragraphs[1:]:
        more._element.getparent().remove(more._element)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    if is_label:
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(line, text, HEI if is_label else FANG, 12)


def _signs(document: DocxDocument, lines: Sequence[tuple[str, bool]]) -> None:
    """A ruled line to sign on; a thumbprint has its place beside it."""
    for label, has_print in lines:
        line = _line(document, height=Pt(40) if has_print else PITCH)
        end = TEXT_MM - (30 if has_print else 0)
        tabs = line.paragraph_format.tab_stops
        tabs.add_tab_stop(Mm(end), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.LINES)
        mark = "（指印）" if has_print else ""
        _run(line, f"{label}：\t{mark}", FANG, 16)


def _line(
    document: DocxDocument,
    *,
    align: WD_ALIGN_PARAGRAPH | None = None,
    indent: int = 0,
    height: Pt = PITCH,
) -> Paragraph:
    line = document.add_paragraph()
    if align is not None:
        line.alignment = align
    line.paragraph_format.first_line_indent = Pt(16 * indent) if indent else None
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    line.paragraph_format.line_spacing = height
    return line


def _run(line: Paragraph, text: str, font: str, size: int) -> None:
    """Text in one font for both scripts. Characters that XML cannot hold are dropped."""
    run = line.add_run(_CONTROL.sub("", text))
    run.font.name, run.font.size = font, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _set_page(document: DocxDocument, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(32)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    style = document.styles["Normal"]
    style.paragraph_format.space_after = style.paragraph_format.space_before = Mm(0)
    if paper.stage in (Stage.DRAFT, Stage.OLD):
        section.header.paragraphs[0]._element.append(parse_xml(_watermark(WORDS[paper.stage])))
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for words in (paper.demo_mark, WORDS[paper.stage]):
        if words:
            _run(footer, f"{words}　", KAI, 11)
    _run(footer, "— ", SONG, 14)
    _page_number(footer)
    _run(footer, " —", SONG, 14)


def _page_number(line: Paragraph) -> None:
    for kind, instruction in (("begin", ""), ("", " PAGE "), ("end", "")):
        run = line.add_run()
        run.font.name, run.font.size = SONG, Pt(14)
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.set(qn("xml:space"), "preserve")
            part.text = instruction
        run._element.append(part)


def _watermark(words: str) -> str:
    """The word across every page, as Word itself puts one into the header."""
    return (
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>'
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
        '</v:shapetype><v:shape id="draft" o:spid="_x0000_s2049" type="#_x0000_t136" '
        'style="position:absolute;margin-left:0;margin-top:0;width:300pt;height:150pt;'
        "rotation:315;z-index:-251658752;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" fillcolor="#d9d9d9" stroked="f">'
        f'<v:textpath string="{words}" '
        f'style="font-family:&quot;{HEI}&quot;;font-size:1pt"/>'
        "</v:shape></w:pict></w:r>"
    )
