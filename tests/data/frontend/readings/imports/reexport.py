from flowc import step as starred_step

__all__ = ["starred_step"]
