"""Bases that cannot be read."""

import abc
from typing import Generic, TypeVar

import broken
from absent_library import CompanyFlow
from broken import BrokenFlow
from flowc import FlowSpec, step
from ring import Ring

T = TypeVar("T")


def make():
    return FlowSpec


class Fine(FlowSpec, abc.ABC, Generic[T]):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


class FromLibrary(CompanyFlow):
    @step
    def start(self):
        self.next(self.end)


class FromCall(make()):
    @step
    def start(self):
        self.next(self.end)


class FromBroken(BrokenFlow):
    @step
    def start(self):
        self.next(self.end)


class FromRing(Ring):
    @step
    def start(self):
        self.next(self.end)


class NoFlowAtAll(CompanyFlow):
    pass
