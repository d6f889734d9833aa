from ring_b import RING as INNER

RING = INNER + 1
