RATE = 1 / 4
DEFAULTS = {"deep": ["first"]}


def make_name():
    return "computed"
