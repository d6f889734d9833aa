from flowc import Config, JSONType, Parameter
from flowc import IncludeFile as Text

DEFAULT = 7


def number(name, default=DEFAULT, *, of=int):
    """Return a number."""
    return Parameter(name, default=default, type=of)


def rows(name):
    return Text(name, default="rows.csv")


def checked(name):
    if not name:
        raise ValueError(name)
    return Parameter(name)


def twice(name):
    return checked(name)


def endless(name):
    return endless(name)


def size(config):
    return len(config) + 1


def many(*names):
    return [Parameter(name) for name in names]


text = lambda name, **more: Parameter(name, **more)  # noqa: E731
one_more = lambda name: number(name, 1)  # noqa: E731


class Own(Parameter):
    pass


class Plain:
    pass
