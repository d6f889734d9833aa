"""Parameters in every form."""

from datetime import datetime

from flowc import FlowSpec, IncludeFile, JSONType, Parameter, step
from settings import DEFAULTS, RATE, make_name

COMMON = {"type": int, "help": "shared"}


def today(context):
    return datetime.now().isoformat()


GAMMA = Parameter("gamma", default=1)
Alias = Parameter


class Parameters(FlowSpec):
    SIZE = 3
    by_position = Parameter("by_position", 4, int, "how many", True)
    by_keyword = Parameter(help="text", name="by-keyword", default="x", required=False, show_default=False)
    annotated: float = Parameter("annotated", default=RATE)
    bare: str
    one, two = Parameter("one"), Parameter("two", default=False)
    (three, [four, TUPLE]) = (Parameter("three", type=bool), [Parameter("four", type=float), "constant"])
    twin = twin_again = Parameter("twin")
    gamma = GAMMA
    aliased = Alias("aliased", default=-1)
    spread = Parameter("spread", **COMMON)
    from_class = Parameter("from_class", default=SIZE * 2)
    from_module = Parameter("from_module", default=DEFAULTS["deep"][0])
    listed = Parameter("listed", default=[1, 2, {"a": None}])
    mapped = Parameter("mapped", default={"k": 1})
    json = Parameter("json", type=JSONType, default='{"a": 1}')
    many = Parameter("many", separator=",", default="a,b")
    nothing = Parameter("nothing", default=None)
    of_type_none = Parameter("of_type_none", type=None, default=1.5)
    deployed = Parameter("deployed", default=today)
    by_lambda = Parameter("by_lambda", default=lambda context: 1)
    by_call = Parameter("by_call", default=today(None), type=str)
    by_builtin = Parameter("by_builtin", default=str)
    by_library = Parameter("by_library", default=datetime.now)
    text = IncludeFile("text", True, False, "latin-1", "a file", default="data/rows.csv")
    remote = IncludeFile("remote", default="s3://bucket/rows.csv")
    wrong_name = Parameter(make_name())
    no_name = Parameter(default=1)
    wrong_type = Parameter("wrong_type", type=list)
    typo = Parameter("typo", defualt=1)
    too_many = Parameter("too_many", 1, int, "", False, True, 7)
    twice = Parameter("twice", 1, default=2)
    flag = Parameter("flag", is_flag=True)
    flag_with_default = Parameter("flag_with_default", is_flag=True, default=False, hidden=True, show_default="no")
    flag_of_type = Parameter("flag_of_type", type=bool, is_flag=True)
    no_flag = Parameter("no_flag", default=1, is_flag=False)
    number_flag = Parameter("number_flag", type=int, is_flag=True)
    unknown_flag = Parameter("unknown_flag", is_flag=today(None))
    several = Parameter("several", multiple=True)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
