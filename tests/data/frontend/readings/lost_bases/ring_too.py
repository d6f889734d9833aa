from ring import Ring


class RingToo(Ring):
    pass
