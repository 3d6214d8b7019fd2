"""Cost of tf.data in a training step: python -m tests.benchmarks.training.feed.

The standard recipe on 54,000 pictures in three variants, in turns, on one thread, medians: pictures drawn, distorted
and fed by tf.data, as in the train stage; the same drawn and distorted inside the training graph; and one constant
batch. The first difference is the cost of tf.data, the second that of the distortions.
"""

from __future__ import annotations

import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TURNS, STEPS, BATCH = 9, 100, 128


def main() -> None:
    """Measure, and print the table."""
    from learning.training import session

    session.configure(1)
    ways = make_ways()
    for way in ways.values():
        way()
    spent = {name: list[float]() for name in ways}
    for _ in range(TURNS):
        for name, way in ways.items():
            begun = time.process_time()
            way()
            spent[name].append(1000 * (time.process_time() - begun) / STEPS)
    medians = {name: statistics.median(each) for name, each in spent.items()}
    whole = medians["fed by tf.data"]
    print("| pictures | CPU-ms a step, median | least to most | of the step |\n|---|---|---|---|")
    for name, each in spent.items():
        share = f"{100 * medians[name] / whole:.0f} %"
        print(f"| {name} | {medians[name]:.2f} | {min(each):.2f} to {max(each):.2f} | {share} |")
    print(f"\n{TURNS} turns of {STEPS} steps, {dt.datetime.now(dt.UTC).date()}")


def make_ways() -> dict[str, Callable[[], Any]]:
    """Build one network and three functions that train it for STEPS steps."""
    import keras
    import numpy as np
    import tensorflow as tf

    from learning.training import session
    from learning.training.augment import distort
    from learning.training.feed import training_batches
    from learning.training.networks import build_cnn
    from learning.training.optimizer import build_optimizer
    from learning.training.recipes import Recipe
    from schemas.artifacts.examples import Split
    from schemas.artifacts.transform import Transform

    session.restart(0)
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (54_000, 28, 28), np.uint8)
    split = Split(images, random.integers(0, 10, 54_000).astype(np.int32), [], tuple("0123456789"))
    recipe = Recipe()
    assert recipe.augment is not None
    augment = recipe.augment
    with tempfile.TemporaryDirectory() as folder:
        Transform.write(Path(folder), mean=0.13, std=0.31)
        model: Any = build_cnn(Transform(Path(folder)), 10, seed=0)
    model.compile(optimizer=build_optimizer(recipe), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.optimizer.build(model.trainable_variables)
    pictures, labels = tf.constant(split.images), tf.constant(split.labels)
    ready = pictures[:BATCH], labels[:BATCH]
    model.train_on_batch(*ready)
    feed = training_batches(split, batch_size=BATCH, steps=10**6, seed=0, augment=augment)

    def drawn(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        seed = tf.stack([0, step])
        chosen = tf.random.stateless_uniform([BATCH], seed, 0, len(split), tf.int32)
        return distort(tf.gather(pictures, chosen), augment, seed), tf.gather(labels, chosen)

    def looped(batch: Callable[..., Any]) -> Any:  # noqa: ANN401  (a TensorFlow function)
        def steps(*source: Any) -> None:  # noqa: ANN401
            def body(step: tf.Tensor) -> list[tf.Tensor]:
                model.train_step(batch(step, *source))
                return [step + 1]

            tf.while_loop(lambda step: step < STEPS, body, [tf.constant(0)], parallel_iterations=1)

        return tf.function(steps, autograph=False)

    fed, graph, same = looped(lambda _, source: next(source)), looped(drawn), looped(lambda _: ready)
    iterator = iter(feed)
    return {"fed by tf.data": lambda: fed(iterator), "drawn in the graph": graph, "there already": same}


if __name__ == "__main__":
    main()
