import ring_a

RING = 1
