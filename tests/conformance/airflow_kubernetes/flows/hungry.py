"""A step that takes more memory than its pod may have: the kernel kills it, and it is caught."""

from flowc import FlowSpec, catch, kubernetes, step


class Hungry(FlowSpec):
    @step
    def start(self):
        self.next(self.eat)

    @catch(var="death", print_exception=False)
    @kubernetes(memory=96, qos="Guaranteed")
    @step
    def eat(self):
        self.eaten = len(bytearray(b"x") * 2**29)
        self.next(self.end)

    @step
    def end(self):
        self.left = (self.death is not None, hasattr(self, "eaten"))


if __name__ == "__main__":
    Hungry()
