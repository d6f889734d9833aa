import third

VALUE = 7
DEEP = {"a": {"b": "deep"}}
RING = third.RING
SELF = [third.SELF]
