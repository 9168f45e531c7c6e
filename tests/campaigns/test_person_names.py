import pytest

from campaigns.forms.person_names import person_name_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("王某家的树遮挡通道", "王某"),
        ("调解李先生与邻居的宅基地界线", "李先生"),
        ("村口张师傅反映路灯不亮", "张师傅"),
        ("老王和邻居争水", "老王"),
        ("张三与李四争地界", "张三"),
        ("赵小明打伤邻居", "赵小明"),
        ("二组刘家桥边，陈大海欠工钱", "陈大海"),
    ],
)
def test_names_of_persons_are_noticed(text: str, name: str):
    assert person_name_in(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "集镇路口路灯坏了三盏",
        "王家坝水渠破损",
        "马路与村道交叉口缺警示牌",
        "黄泥坡和二组之间的水管漏水",
        "三组与四组争灌溉用水",
        "老林场防火通道堵塞",
        "小陈庄配电房门锁损坏",
        "学校周边摊点占道",
        "徐家沟与汤家湾交界处地界不清",
    ],
)
def test_places_and_things_pass(text: str):
    assert person_name_in(text) == ""
