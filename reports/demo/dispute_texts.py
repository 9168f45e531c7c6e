"""Sentences of the demonstration's disputes. Every name in them is made up."""

from __future__ import annotations

STEMS, BRANCHES, NUMBERS = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥", "一二三四五六七八九"

# category: what it is about, and where such things happen
MATTERS: dict[str, tuple[tuple[str, str], ...]] = {
    "neighbours": (
        ("排水沟改道引起争执", "排水沟"),
        ("院墙挡光", "院墙"),
        ("家禽进菜地", "菜地"),
        ("夜间噪声扰邻", "院坝"),
    ),
    "housing": (("宅基地边界争执", "老屋基"), ("共用山墙修缮", "山墙"), ("通行过道被占", "过道")),
    "land": (
        ("承包地田埂争执", "田埂"),
        ("山林地界不清", "林地"),
        ("灌溉用水先后", "水渠"),
        ("退耕地补助归属", "坡地"),
    ),
    "family": (("家庭财产分割", "家中"), ("夫妻分居后抚养费", "家中"), ("彩礼返还", "家中")),
    "inheritance": (("老人轮流赡养", "家中"), ("老屋继承份额", "老屋")),
    "damages": (("牲畜啃食庄稼赔偿", "苗圃"), ("施工损坏管道赔偿", "工地"), ("犬只伤人", "路口")),
    "wages": (("建房班组工钱未付", "工地"), ("农忙帮工报酬", "地块")),
    "labour": (("离职补偿数额", "厂房"),),
    "contract": (("买卖农机质量", "集市"), ("租房押金返还", "场镇"), ("借款未按期归还", "场镇")),
    "expropriation": (("道路占地青苗补偿", "路基"),),
    "traffic": (("电动车剐蹭赔偿", "岔路口"), ("农用车碾压院坝", "院坝")),
    "property-management": (("小区停车位分配", "小区"),),
    "medical": (("治疗费用负担", "卫生院"),),
    "consumption": (("化肥种子质量", "农资店"),),
    "village-affairs": (("公益岗位轮换", "村委会"), ("集体鱼塘租金分配", "鱼塘")),
    "environment": (("养殖场气味扰民", "养殖场"),),
}
# Where who mediates is an industry's or an office's business.
FOR_DEPARTMENTS = frozenset({"wages", "labour", "medical", "traffic", "consumption"})
SOURCES = (
    *("application", "application", "application", "sweep", "sweep", "visit"),
    *("hotline", "police", "handover", "superior", "court"),
)

RIGHTS = "已向{one}、{two}当面告知权利和义务，双方表示清楚。"
INVESTIGATION = "到{place}现场查看，丈量并拍照。{one}陈述经过，{two}补充说明，双方认可现场情况。"
SITTINGS = (
    "{one}要求恢复原状并赔偿；{two}认为责任各半。经讲明法律规定，双方同意继续协商。",
    "双方就数额和期限分别提出意见，差距缩小，商定三天后再谈。",
    "在调解员主持下，{one}与{two}互相致歉，就处理办法达成一致。",
)
JOINT = "邀请派出所、司法所、村委会共同研究：事实清楚，建议一次解决，避免反复。"
EVIDENCE = "现场照片三张、收据一张，由{one}提供，双方无异议。"
FACTS = "{one}与{two}因{title}发生争执，多次协商没有结果，请求调解。"
AGREED_FACTS = "双方因{title}发生争执。经查，{two}负主要责任，{one}负次要责任。"
CONTENT = "一、{two}在约定期限内{manner}；二、{one}不再就此事提出其他要求；三、双方今后和睦相处。"
MANNERS = ("一次性支付", "分两次支付", "恢复原状", "共同维护，费用各半", "当面交接")
PERFORMED = ("已按协议恢复原状，双方当面确认", "款项已当面付清，双方签收", "已交接完毕，调解员在场")
VISIT = "{one}、{two}均表示满意，没有新的争执。"
FLARING = "{one}反映对方仍有怨言，已提醒邻长多走动，十日后再访。"

REJECTED = ("已由人民法院受理，不属于人民调解范围", "应由行政机关依法处理，已告知办理途径")
FAILED = ("双方对责任划分分歧很大，三次调解未达成一致，已告知仲裁、诉讼途径",)
GUIDED = ("引导双方到人民法院起诉，已告知管辖和时效", "引导到劳动人事争议仲裁委员会申请仲裁")
WITHDRAWN = ("申请人表示已自行和解，撤回申请", "申请人外出务工，撤回申请")
HAND_OVER = ("涉及行业管理，由主管单位调解更合适", "需要专业鉴定，移交主管单位办理")
REFUSED = ("事实和证据在当地，由属地调解更便于当事人",)
ASKED_UP = "涉及两个村，本级难以协调，请上级牵头"
PAUSES = ("等待土地丈量结果", "一方当事人住院", "等待伤情鉴定意见")
CLAIM_REFUSED = "卷宗里调解记录过于简略，请补充后另行研究"
DOCUMENT = "演示财行〔2025〕8号"
TRAININGS = (
    ("人民调解法与调解协议的制作", 8),
    ("宅基地和承包地纠纷的处理", 6),
    ("调解技巧与心理疏导", 4),
    ("卷宗整理和以案定补申报", 3),
)


def party_name(number: int) -> str:
    """演示甲子一, 演示乙丑一 …: 1,080 made-up names that nobody bears."""
    again = number // (len(STEMS) * len(BRANCHES))
    stem = STEMS[number % len(STEMS)]
    branch = BRANCHES[number // len(STEMS) % len(BRANCHES)]
    return f"演示{stem}{branch}{NUMBERS[again % len(NUMBERS)]}"
