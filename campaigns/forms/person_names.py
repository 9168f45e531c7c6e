"""A hint against names of private persons in what is written about places and things. Pure.

It cannot know every name, and it takes some places for names: whoever wrote it has the last word.
"""

from __future__ import annotations

import re

# Frequent surnames, less those that are everyday words (于, 任, 何, 程, 许, 常, 方, 高, 石, 水 …).
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱郭罗梁宋郑谢韩唐冯董萧曹袁邓傅沈彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴"
    "夏钟汪姜范廖姚邹熊陆郝孔崔邱秦顾侯邵孟雷钱汤尹黎乔贺赖龚马林曾"
)
_TITLES = "某某|某|先生|女士|小姐|老汉|大爷|大妈|大娘|大叔|婆婆|师傅|夫妇|夫妻"
_ACTS = "与|和|跟|同|诉|打|欠|因|反映|殴|骂|等人|父子|母子|兄弟|两家|家与|家和"
# A word that ends like this is a place or a thing: 马路与…, 黄泥坝和….
_PLACE_ENDS = "村组路桥街口坝沟河山场坪湾社镇乡塘厂店校寨庄岭坡田地渠电房院墙井库站点段楼园门道区水"

_TITLED = re.compile(f"[{_SURNAMES}](?:{_TITLES})")
_CALLED = re.compile(f"(?<![一-鿿])[老小][{_SURNAMES}](?![一-鿿]{{0,2}}[{_PLACE_ENDS}])")
_ACTING = re.compile(
    f"(?:^|(?<=[，。、；：与和跟同对向]))([{_SURNAMES}][一-鿿]{{1,2}}?)(?={_ACTS})"
)


def person_name_in(text: str) -> str:
    """What looks like a person's name in the text; empty where nothing does."""
    for pattern in (_TITLED, _CALLED):
        if match := pattern.search(text):
            return match[0]
    for match in _ACTING.finditer(text):
        if match[1][-1] not in _PLACE_ENDS:
            return match[1]
    return ""
