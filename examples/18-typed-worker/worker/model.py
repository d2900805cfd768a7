"""A classifier: scikit-learn's where it is installed, else a small one with the same methods."""
import importlib
from typing import Dict, List, Protocol, Sequence


class Classifier(Protocol):
    """What is used of scikit-learn's NearestCentroid."""

    classes_: Sequence[str]
    centroids_: Sequence[Sequence[float]]

    def fit(self, X: Sequence[Sequence[float]], y: Sequence[str]) -> object: ...

    def predict(self, X: Sequence[Sequence[float]]) -> Sequence[str]: ...


def classifier(metric: str) -> Classifier:
    try:
        neighbors = importlib.import_module("sklearn.neighbors")
    except ImportError:
        return NearestCentroid(metric)
    made: Classifier = neighbors.NearestCentroid(metric=metric)
    return made


class NearestCentroid:
    """The centre of each label; a point has the label of the nearest one."""

    def __init__(self, metric: str) -> None:
        self.metric = metric
        self.classes_: Sequence[str] = []
        self.centroids_: Sequence[Sequence[float]] = []

    def fit(self, X: Sequence[Sequence[float]], y: Sequence[str]) -> "NearestCentroid":
        groups: Dict[str, List[Sequence[float]]] = {}
        for point, label in zip(X, y):
            groups.setdefault(label, []).append(point)
        self.classes_ = sorted(groups)
        self.centroids_ = [[_middle(column, self.metric) for column in zip(*groups[label])] for label in self.classes_]
        return self

    def predict(self, X: Sequence[Sequence[float]]) -> Sequence[str]:
        return [self.classes_[min(range(len(self.classes_)), key=lambda at: self._distance(point, at))] for point in X]

    def _distance(self, point: Sequence[float], at: int) -> float:
        parts = [abs(a - b) for a, b in zip(point, self.centroids_[at])]
        return sum(parts) if self.metric == "manhattan" else sum(part * part for part in parts)


def _middle(values: Sequence[float], metric: str) -> float:
    in_order = sorted(values)
    if metric == "euclidean":
        return sum(values) / len(values)
    half = len(values) // 2
    return in_order[half] if len(values) % 2 else (in_order[half - 1] + in_order[half]) / 2
