from ring_too import RingToo


class Ring(RingToo):
    pass
