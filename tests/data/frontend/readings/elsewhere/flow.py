"""The flow is defined in another file."""

from defined import TrainFlow

if __name__ == "__main__":
    TrainFlow()
