from flow import TrainFlow


class Loop(TrainFlow):
    pass
