import os


def disk():
    return int(os.environ['DISK'])
