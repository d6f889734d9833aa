import other

RING = other.RING
SELF = other.SELF
