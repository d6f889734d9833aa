"""Generated flows of any size, written to a folder: the same text for the same arguments."""

from pathlib import Path

DECORATORS = """    @retry(times={retries}, minutes_between_retries=0)
    @resources(cpu={cpu}, memory=4096)
    @environment(vars={{"STEP": "{name}", "LEVEL": "3"}})
"""


def _step(name: str, transition: str, *, decorated: bool, index: int = 0, inputs: bool = False) -> str:
    head = DECORATORS.format(name=name, retries=index % 3, cpu=1 + index % 4) if decorated else ""
    body = "".join(f"        self.value_{line} = self.value_{line - 1} + {line}\n" for line in range(1, 9)) if decorated else ""
    first = "        self.value_0 = 1\n" if decorated else ""
    signature = "self, inputs" if inputs else "self"
    return f'{head}    @step\n    def {name}({signature}):\n        """Step {name}."""\n{first}{body}        {transition}\n\n'


def _flow(name: str, steps: list[str], *, module: str = "flowc") -> str:
    return (
        f'"""A generated flow."""\n\nfrom {module} import FlowSpec, environment, resources, retry, step\n\n\n'
        f"class {name}(FlowSpec):\n" + "".join(steps) + f'\nif __name__ == "__main__":\n    {name}()\n'
    )


def linear(count: int, *, decorated: bool = True, module: str = "flowc") -> str:
    """Return a flow of `count` steps in a row."""
    names = ["start", *(f"step_{index}" for index in range(1, count - 1)), "end"]
    steps = [
        _step(name, f"self.next(self.{names[index + 1]})" if index + 1 < count else "pass", decorated=decorated, index=index)
        for index, name in enumerate(names)
    ]
    return _flow("Linear", steps, module=module)


def splits(count: int, *, module: str = "flowc") -> str:
    """Return a flow of `count` splits of two branches, one after the other."""
    steps = [_step("start", "self.next(self.open_0)", decorated=False)]
    for index in range(count):
        following = f"open_{index + 1}" if index + 1 < count else "end"
        steps += [
            _step(f"open_{index}", f"self.next(self.a_{index}, self.b_{index})", decorated=False),
            _step(f"a_{index}", f"self.next(self.join_{index})", decorated=False),
            _step(f"b_{index}", f"self.next(self.join_{index})", decorated=False),
            _step(f"join_{index}", f"self.next(self.{following})", decorated=False, inputs=True),
        ]
    return _flow("Splits", [*steps, _step("end", "pass", decorated=False)], module=module)


def foreach(width: int, *, module: str = "flowc") -> str:
    """Return a flow with one foreach of `width` trivial items."""
    steps = [
        _step("start", f"self.items = list(range({width})); self.next(self.body, foreach='items')", decorated=False),
        _step("body", "self.out = self.input; self.next(self.join)", decorated=False),
        _step("join", "self.total = sum(i.out for i in inputs); self.next(self.end)", decorated=False, inputs=True),
        _step("end", "pass", decorated=False),
    ]
    return _flow("Wide", steps, module=module)


def passing(*, module: str = "flowc") -> str:
    """Return a flow whose step `middle` takes a 1 KB artifact and leaves another."""
    steps = [
        _step("start", "self.small = 'x' * 1024; self.next(self.middle)", decorated=False),
        _step("middle", "self.small = self.small[::-1] + 'y'; self.next(self.end)", decorated=False),
        _step("end", "pass", decorated=False),
    ]
    return _flow("Passing", steps, module=module)


def typical(number: int = 0, *, module: str = "flowc") -> str:
    """Return a flow of about 50 lines as people write them: parameters, a foreach, a join, a switch; `number` tells several apart."""
    return f'''"""Trains a model for each size and keeps the best."""

from {module} import FlowSpec, Parameter, resources, retry, step


class Train{number}(FlowSpec):
    alpha = Parameter("alpha", default=0.1, help="learning rate")
    least = Parameter("least", default={number})

    @step
    def start(self):
        self.rows = [value * self.alpha for value in range(100)]
        self.sizes = [1, 2, 4, 8]
        self.next(self.train, foreach="sizes")

    @retry(times=2)
    @resources(cpu=2, memory=4096)
    @step
    def train(self):
        self.size = self.input
        self.model = self.fit(self.size)
        self.score = sum(self.rows) / self.model
        self.next(self.choose)

    def fit(self, size):
        return size + len(self.rows)

    @step
    def choose(self, inputs):
        best = max(inputs, key=lambda each: each.score)
        self.best = best.model
        self.scores = {{each.size: each.score for each in inputs}}
        self.merge_artifacts(inputs, include=["rows", "sizes"])
        self.verdict = "good" if self.best > self.least else "bad"
        self.next({{"good": self.publish, "bad": self.warn}}, condition="verdict")

    @step
    def publish(self):
        self.message = f"published {{self.best}}"
        self.next(self.end)

    @step
    def warn(self):
        self.message = f"kept back: {{self.scores}}"
        self.next(self.end)

    @step
    def end(self):
        print(self.message, self.rows[:3])


if __name__ == "__main__":
    Train{number}()
'''


def write(folder: Path, name: str, text: str) -> Path:
    """Write `text` as `folder/name` and return the path; the folder is a project of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flowc.toml").touch()
    path = folder / name
    path.write_text(text)
    return path
