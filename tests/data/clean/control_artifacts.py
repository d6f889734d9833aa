from flowc import Config, FlowSpec, Parameter, catch, step


class TrainFlow(FlowSpec):
    MODELS = ("a", "b")
    sizes = Parameter("sizes", default="1,2", separator=",")
    stages = Config("stages", default_value={"x": 1})

    @property
    def folds(self):
        return [1, 2]

    @step
    def start(self):
        self.next(self.each_model, foreach="MODELS")

    @step
    def each_model(self):
        self.next(self.each_size, foreach="sizes")

    @step
    def each_size(self):
        self.next(self.each_fold, foreach="folds")

    @catch(var="problem")
    @step
    def each_fold(self):
        self.prepare()
        self.next(self.join_folds)

    def prepare(self):
        (self.first, self.kind), *self.rest = (1, "a"), 2

    @step
    def join_folds(self, inputs):
        self.merge_artifacts(inputs)
        self.next(self.join_sizes)

    @step
    def join_sizes(self, inputs):
        self.merge_artifacts(inputs)
        self.next(self.join_models)

    @step
    def join_models(self, inputs):
        self.collect(inputs)
        self.next({"a": self.middle, "b": self.end}, condition="kind")

    def collect(self, inputs):
        self.merge_artifacts(inputs)

    @step
    def middle(self):
        self.next({None: self.end, "x": self.middle}, condition="problem")

    @step
    def end(self):
        pass
