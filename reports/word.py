"""The DOCX writer: the same content as the PDF, for the office to go on editing.

Lines and characters of the page read back as 22 × 28 with a grid of lines, exact line height and
narrowed characters; a grid of characters gives 14 a line in LibreOffice.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocxDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm

from pingan.word import finished
from reports.content import BulletinContent, Cell, Heading, Paragraph, Table

FANG, KAI, HEI, SONG = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
XIAOBIAO = "方正小标宋简体"
RED = "E60012"
PITCH = 579  # twips: 28.95 pt, 22 lines a page
CHAR = 315  # twips: 15.75 pt, 28 characters a line
NARROW = -5  # twips added to each character
LINE_CHARS = 28
TEXT_MM = 156
TWIPS_A_MM = 1440 / 25.4
EMU_A_TWIP = 635
SAN, SI, ER = 32, 28, 44  # half-points: 三号, 四号, 二号
MARKS = {"blue": ("●", "0B57A4"), "yellow": ("▲", "D99A00"), "red": ("■", "C8161D")}
_CONTROL = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def bulletin_docx(content: BulletinContent, *, issued_on: dt.date) -> bytes:
    """The bulletin as an office document. The same content gives the same bytes."""
    document = Document()
    _set_page(document, content)
    parts = [
        *_head(content),
        *_body(content),
        *_ending(content),
        *_attachments(content),
        *_colophon(content),
    ]
    section_properties = document.element.body.sectPr
    for part in parts:
        section_properties.addprevious(parse_xml(part))
    return finished(document, title=content.title, author=content.signer, issued_on=issued_on)


def text_width(text: str) -> float:
    """Width in characters: a Chinese character is one, a Latin letter or digit one half."""
    wide = {"W", "F", "A"}
    return sum(1 if unicodedata.east_asian_width(each) in wide else 0.5 for each in text)


def _set_page(document: DocxDocument, content: BulletinContent) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(20), Mm(24)
    properties = section._sectPr
    for grid in properties.findall(properties.nsmap["w"].join(("{", "}docGrid"))):
        properties.remove(grid)
    properties.append(
        parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{PITCH}"/>')
    )
    document.settings.odd_and_even_pages_header_footer = True
    for footer, is_odd in ((section.footer, True), (section.even_page_footer, False)):
        footer.is_linked_to_previous = False
        element = footer._element
        for paragraph in list(element):
            element.remove(paragraph)
        element.append(parse_xml(_footer(content.demo_mark, is_odd=is_odd)))
    style = document.styles["Normal"]
    style.paragraph_format.space_after = style.paragraph_format.space_before = Mm(0)
    settings = document.settings.element
    settings.append(
        parse_xml(
            f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" '
            'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        )
    )


def _footer(demo_mark: str, *, is_odd: bool) -> str:
    """ "— 1 —", outside, one character in; the mark of made-up figures in the middle."""
    number = (
        _run("— ", SONG, SI, narrow=False)
        + '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        + '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + _run("1", SONG, SI, narrow=False)
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        + _run(" —", SONG, SI, narrow=False)
    )
    mark = _run(demo_mark, KAI, 24, narrow=False) if demo_mark else ""
    right = round(TEXT_MM * TWIPS_A_MM) - SI * 10
    tab = "<w:r><w:tab/></w:r>"
    inside = f"{tab}{mark}{tab}{number}" if is_odd else f"{tab}{number}{tab}{mark}"
    first = '<w:tab w:val="left" w:pos="280"/>' if not is_odd else ""
    last = f'<w:tab w:val="right" w:pos="{right}"/>' if is_odd else ""
    middle = f'<w:tab w:val="center" w:pos="{round(TEXT_MM * TWIPS_A_MM / 2)}"/>'
    properties = f"<w:tabs>{first}{middle}{last}</w:tabs>"
    return f"<w:p {nsdecls('w')}><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def _head(content: BulletinContent) -> Iterable[str]:
    count = len(content.issuer_heading)
    points = min(46.0, TEXT_MM / 25.4 * 72 / count / 0.62)
    scale = min(100, int(TEXT_MM / 25.4 * 72 / count / points * 100))
    line = round(points * 20)
    # The characters' top stands 35 mm below the top of the text, a hair below that of the line.
    before = round(35 * TWIPS_A_MM - 0.05 * line)
    yield _paragraph(
        _run(
            content.issuer_heading,
            XIAOBIAO,
            round(points * 2),
            extra=f'<w:color w:val="{RED}"/><w:w w:val="{scale}"/>',
            narrow=False,
        ),
        align="center",
        line=line,
        before=before,
        on_grid=False,
    )
    rule = f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="8" w:color="{RED}"/></w:pBdr>'
    number = _run(content.number, FANG, SAN)
    yield _paragraph(number, align="center", before=2 * PITCH, borders=rule, on_grid=False)
    for index, title in enumerate(content.title_lines):
        run = _run(title, XIAOBIAO, ER, narrow=False)
        before = 0 if index else 2 * PITCH
        yield _paragraph(run, align="center", before=before, outline=0, on_grid=False)
    yield _paragraph("")
    yield _paragraph(_run(content.addressee, FANG, SAN))


def _body(content: BulletinContent) -> Iterable[str]:
    for block in content.body:
        is_last = block is content.body[-1]  # goes with the signature, which is never alone
        match block:
            case Heading(text):
                yield _paragraph(_run(text, HEI, SAN), indent=2, outline=1, keep_next=True)
            case Paragraph(text, lead):
                runs = (_run(lead, KAI, SAN) if lead else "") + _run(text, FANG, SAN)
                yield _paragraph(runs, indent=2, keep_next=is_last)
            case Table():
                yield _table(block)
                yield _paragraph("", line=120, on_grid=False)


def _ending(content: BulletinContent) -> Iterable[str]:
    titles = [attachment.title for attachment in content.attachments]
    if titles:
        yield _paragraph("", keep_next=True)
    for index, title in enumerate(titles):
        number = f"{index + 1}. " if len(titles) > 1 else ""
        label = "附件：" if index == 0 else ""
        hanging = 3 + text_width(number)
        yield _paragraph(
            _run(f"{label}{number}{title}", FANG, SAN),
            left=2 + (0 if label else 3) + text_width(number) + (3 if label else 0),
            hanging=hanging if label else text_width(number),
            keep_next=True,
        )
    yield _paragraph("", keep_next=True)
    right_end = max(text_width(content.signer) + 2, text_width(content.date) + 4)
    left = max(0.0, LINE_CHARS - right_end)
    yield _paragraph(_run(content.signer, FANG, SAN), left=left, keep_next=True)
    yield _paragraph(_run(content.date, FANG, SAN), left=left + 2, keep_next=True)
    yield _paragraph(_run(f"（{content.verification}）", FANG, SAN), left=2)


def _attachments(content: BulletinContent) -> Iterable[str]:
    for attachment in content.attachments:
        yield _paragraph(_run(attachment.label, HEI, SAN), new_page=True)
        yield _paragraph("")
        title = _run(attachment.title, XIAOBIAO, ER, narrow=False)
        yield _paragraph(title, align="center", outline=0, on_grid=False)
        if attachment.note:
            note = _run(attachment.note, SONG, 21, narrow=False)
            yield _paragraph(note, line=400, before=120, on_grid=False)
        for table in attachment.tables:
            if table.caption:
                caption = _run(table.caption, HEI, 24, narrow=False)
                yield _paragraph(caption, line=440, before=120, keep_next=True, on_grid=False)
            yield _table(table)
            yield _paragraph("", line=120, on_grid=False)


def _colophon(content: BulletinContent) -> Iterable[str]:
    """抄送 and 印发 between their rules, in a box at the foot of the last page."""
    character = SI * 10
    thick = 'w:val="single" w:sz="8" w:space="3" w:color="000000"'  # eighths of a point: 0.35 mm
    thin = 'w:val="single" w:sz="6" w:space="3" w:color="000000"'  # 0.25 mm
    edge = round(TEXT_MM * TWIPS_A_MM) - character
    tabs = f'<w:tabs><w:tab w:val="right" w:pos="{edge}"/></w:tabs>'
    copy_to = _run(f"\u3000抄送：{content.copy_to}", FANG, SI, narrow=False)
    printed = (
        _run(f"\u3000{content.printed_by}", FANG, SI, narrow=False)
        + "<w:r><w:tab/></w:r>"
        + _run(content.printed_on, FANG, SI, narrow=False)
    )
    lines = "".join(
        f'<w:p><w:pPr><w:pBdr>{borders}</w:pBdr>{tabs}<w:snapToGrid w:val="0"/>'
        '<w:spacing w:before="0" w:after="0" w:line="440" w:lineRule="exact"/>'
        f"</w:pPr>{runs}</w:p>"
        for runs, borders in (
            (copy_to, f"<w:top {thick}/>"),
            (printed, f"<w:top {thin}/><w:bottom {thick}/>"),
        )
    )
    characters = text_width(content.copy_to) + 4
    rows = 1 + math.ceil(characters / (TEXT_MM / 25.4 * 72 / (SI / 2) - 1))
    height = rows * 440 + 4 * 60 + 40  # lines, the space beside each rule, the rules
    yield _paragraph(f"<w:r>{_foot_box(lines, height=height * EMU_A_TWIP)}</w:r>", line=20)


def _foot_box(paragraphs: str, *, height: int) -> str:
    """A box as wide as the text that stands on the bottom of the text area."""
    width = round(TEXT_MM * TWIPS_A_MM) * EMU_A_TWIP
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    shape = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
    return (
        "<mc:AlternateContent "
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice xmlns:wps="{shape}" Requires="wps">'
        f'<w:drawing><wp:anchor xmlns:wp="{drawing}/wordprocessingDrawing" distT="0" distB="0" '
        'distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" locked="0" '
        'layoutInCell="1" allowOverlap="0"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>'
        '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>'
        '<wp:wrapTopAndBottom/><wp:docPr id="1" name="版记"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic xmlns:a="{drawing}/main"><a:graphicData uri="{shape}">'
        '<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr>'
        f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln>'
        f"</wps:spPr><wps:txbx><w:txbxContent>{paragraphs}</w:txbxContent></wps:txbx>"
        '<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"/></wps:wsp>'
        "</a:graphicData></a:graphic></wp:anchor></w:drawing>"
        "</mc:Choice></mc:AlternateContent>"
    )


def _table(table: Table) -> str:
    """A whole table as one string: tens of times faster than cell by cell."""
    total = sum(column.width for column in table.columns)
    full = TEXT_MM * TWIPS_A_MM
    widths = [round(column.width / total * full) for column in table.columns]
    count = 0 if table.halves else len(table.columns)
    size = 16 if count > 14 else 18 if count > 10 else 21
    aligns = [column.align for column in table.columns]
    half = len(widths) // 2 if table.halves else -1
    heads = [_cell(Cell(c.title), w, "center", size, font=HEI, divided=i == half)
             for i, (c, w) in enumerate(zip(table.columns, widths, strict=True))]  # fmt: skip
    rows = [_row(heads, is_header=True)]
    for row in table.rows:
        cells = zip(row, widths, aligns, strict=True)
        rows.append(
            _row(
                _cell(cell, width, align, size, divided=index == half)
                for index, (cell, width, align) in enumerate(cells)
            )
        )
    line = 'w:val="single" w:sz="4" w:color="787878"'
    thick = 'w:val="single" w:sz="8" w:color="000000"'
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:jc w:val="center"/>'
        f"<w:tblBorders><w:top {thick}/><w:bottom {thick}/><w:insideH {line}/></w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="20" w:type="dxa"/>'
        '<w:right w:w="20" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>'
        + "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        + f"</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(cells: Iterable[str], *, is_header: bool = False) -> str:
    header = "<w:tblHeader/>" if is_header else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(
    cell: Cell, width: int, align: str, size: int, *, font: str = SONG, divided: bool = False
) -> str:
    run = _run(cell.text, font, size, narrow=False)
    if cell.colour is not None:
        mark, colour = MARKS[cell.colour.value]
        extra = f'<w:color w:val="{colour}"/>'
        run = _run(mark, font, size, narrow=False, extra=extra) + run
    border = ""
    if divided:
        border = '<w:tcBorders><w:left w:val="single" w:sz="8" w:color="3C3C3C"/></w:tcBorders>'
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{border}<w:vAlign w:val="center"/>'
        f"</w:tcPr>{_cell_paragraph(run, align=align, line=round(size * 10 * 1.5))}</w:tc>"
    )


def _cell_paragraph(runs: str, *, align: str, line: int) -> str:
    """A paragraph of a cell, off the grid of lines."""
    return (
        '<w:p><w:pPr><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'
        f'<w:spacing w:before="0" w:after="0" w:line="{line}" w:lineRule="atLeast"/>'
        f'<w:jc w:val="{align}"/></w:pPr>{runs}</w:p>'
    )


def _paragraph(
    runs: str,
    *,
    align: str = "both",
    line: int = PITCH,
    before: int = 0,
    indent: int = 0,
    left: float = 0,
    hanging: float = 0,
    outline: int | None = None,
    borders: str = "",
    keep_next: bool = False,
    new_page: bool = False,
    on_grid: bool = True,
) -> str:
    """One paragraph; indents in characters, heights in twips. The order of elements is fixed."""
    indents = []
    if left:
        indents.append(f'w:left="{round(left * CHAR)}"')
    if hanging:
        indents.append(f'w:hanging="{round(hanging * CHAR)}"')
    if indent:
        indents.append(f'w:firstLineChars="{indent * 100}" w:firstLine="{indent * CHAR}"')
    return (
        f"<w:p {nsdecls('w')}><w:pPr>"
        + ("<w:keepNext/>" if keep_next else "")
        + ("<w:pageBreakBefore/>" if new_page else "")
        + f'<w:widowControl w:val="0"/>{borders}<w:overflowPunct w:val="0"/>'
        + '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
        + ("" if on_grid else '<w:snapToGrid w:val="0"/>')
        + f'<w:spacing w:before="{before}" w:after="0" w:line="{line}" w:lineRule="exact"/>'
        + (f"<w:ind {' '.join(indents)}/>" if indents else "")
        + f'<w:jc w:val="{align}"/>'
        + (f'<w:outlineLvl w:val="{outline}"/>' if outline is not None else "")
        + f"</w:pPr>{runs}</w:p>"
    )


def _run(text: str, font: str, size: int, *, extra: str = "", narrow: bool = True) -> str:
    """Text in one font for both scripts. Characters that XML cannot hold are dropped."""
    clean = escape(_CONTROL.sub("", text)).replace("\n", "</w:t><w:br/><w:t>")
    spacing = f'<w:spacing w:val="{NARROW}"/>' if narrow else ""
    colour, _, scale = extra.partition("<w:w ")
    scaled = f"<w:w {scale}" if scale else ""
    return (
        f'<w:r><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" '
        f'w:hint="eastAsia"/>{colour}{spacing}{scaled}<w:sz w:val="{size}"/>'
        f'<w:szCs w:val="{size}"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr>'
        f'<w:t xml:space="preserve">{clean}</w:t></w:r>'
    )
