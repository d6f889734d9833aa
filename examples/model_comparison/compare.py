"""Train several classifiers on the wine data that scikit-learn ships, and keep the best."""

from flowc import FlowSpec, Parameter, current, resources, step


class ModelComparison(FlowSpec):
    """Which classifier suits the wine data best?"""

    folds = Parameter("folds", default=5, type=int, help="Folds of the cross-validation.")
    seed = Parameter("seed", default=7, help="Seed of every model and fold.")
    metric = Parameter("metric", default="accuracy", help="A scorer of scikit-learn, such as accuracy or f1_macro.")

    @step
    def start(self):
        """Load the data once; every later step reads it from the store."""
        from sklearn.datasets import load_wine

        data = load_wine()
        self.features = data.data
        self.labels = data.target
        self.candidates = ["logistic regression", "nearest neighbours", "random forest"]
        self.next(self.evaluate, foreach="candidates")

    @resources(cpu=1, memory=1024)
    @step
    def evaluate(self):
        """Score one candidate by cross-validation."""
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold, cross_val_score
        from sklearn.neighbors import KNeighborsClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        model = {
            "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
            "nearest neighbours": make_pipeline(StandardScaler(), KNeighborsClassifier()),
            "random forest": RandomForestClassifier(n_estimators=50, random_state=self.seed),
        }[self.input]
        folds = StratifiedKFold(self.folds, shuffle=True, random_state=self.seed)
        scores = cross_val_score(model, self.features, self.labels, cv=folds, scoring=self.metric)
        self.candidate = self.input
        self.score = round(float(scores.mean()), 6)
        self.spread = round(float(scores.std()), 6)
        print(f"{self.candidate}: {self.metric} {self.score:.3f} ± {self.spread:.3f}")
        self.next(self.choose)

    @step
    def choose(self, inputs):
        """Rank the candidates; the first of equals wins."""
        self.ranking = sorted(
            ((branch.score, branch.candidate) for branch in inputs),
            key=lambda pair: -pair[0],
        )
        self.best = self.ranking[0][1]
        self.merge_artifacts(inputs, include=["features", "labels"])
        self.next(self.end)

    @step
    def end(self):
        """Say who won."""
        print(f"run {current.run_id}: {self.best} wins on {len(self.labels)} wines")


if __name__ == "__main__":
    ModelComparison()
