"""Feature vectors and their Fréchet distances as pytorch-fid computes them."""

import json

import numpy as np
from pytorch_fid.fid_score import calculate_frechet_distance

WIDTH = 12


def distance(a, b):
    return float(calculate_frechet_distance(a.mean(0), np.cov(a, rowvar=False), b.mean(0), np.cov(b, rowvar=False)))


def write_frechet(folder):
    random = np.random.default_rng(5)

    def features(count):
        return random.normal(size=(count, WIDTH)) @ random.normal(size=(WIDTH, WIDTH)) + random.normal(size=WIDTH)

    sets = {"many": features(60), "others": features(50), "few": features(7)}
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "features": {name: values.tolist() for name, values in sets.items()},
        "means": {name: values.mean(0).tolist() for name, values in sets.items()},
        "covariances": {name: np.cov(values, rowvar=False).ravel().tolist() for name, values in sets.items()},
        "many to others": distance(sets["many"], sets["others"]),
        "few to many": distance(sets["few"], sets["many"]),
    }
    (folder / "values.json").write_text(json.dumps(content, indent=1))
