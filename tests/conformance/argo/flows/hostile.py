"""Parameters whose names and values mean something to Argo, to Kubernetes or to a shell."""

from flowc import FlowSpec, Parameter, step


class Hostile(FlowSpec):
    json = Parameter("json", default="j")
    n = Parameter("n", default="n")
    simple = Parameter("simple", default="{{workflow.name}} {{pod.name}} {{workflow.parameters.json}} {{=1+1}}")
    quotes = Parameter("quotes", default='it\'s "quoted" \\ `id`')
    lines = Parameter("lines", default="one\ntwo\r\n\tthree\n")
    shell = Parameter("shell", default="$(touch pwned) $HOME ${HOME} $$ $(FLOWC_RUN) $$(FLOWC_RUN)")
    letters = Parameter("letters", default="é😀 \u2028 <&>")
    number = Parameter("number", default=3)

    @step
    def start(self):
        self.seen = [self.json, self.n, self.simple, self.quotes, self.lines, self.shell, self.letters, self.number]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Hostile()
