"""Learns the centre of each label. What it reads and writes is declared in pipeline.ts."""
from model import classifier
from ssm_types import TrainHyperparameters, TrainModelCentroids, TrainPointsLabelled, TrainResult

hps = TrainHyperparameters.load()
points = list(TrainPointsLabelled.load_all())
places, labels = [point.place for point in points], [point.label for point in points]
learned = classifier(hps.metric)
learned.fit(places, labels)
right = sum(told == label for told, label in zip(learned.predict(places), labels))
TrainModelCentroids(
    labels=[str(label) for label in learned.classes_],
    centroids=[[float(value) for value in centre] for centre in learned.centroids_],
).save()
TrainResult(points=len(points), accuracy=right / len(points)).save()
