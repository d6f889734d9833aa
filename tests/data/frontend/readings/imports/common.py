import metaflow as mf
from metaflow import step as shared_step


class Base(mf.FlowSpec):
    pass
