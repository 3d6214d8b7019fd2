"""Contenders of the scoring benchmark, each run as a process: python -m tests.benchmarks.scoring.peers NAME.

`floor FOLDER BUNDLE`, where FOLDER.npy holds the same pictures, prints the microseconds a picture of its two halves.
The others write a CSV of path, digit and confidence, as users do: `predict FOLDER CSV MODEL BATCH` uses tf.data and
model.predict, `pool FOLDER CSV ONNX` a pool of processes that decode with Pillow and one onnxruntime, and `naive FOLDER
CSV MODEL` opens each picture with Pillow and calls model.predict on it. `convert BUNDLE ONNX` makes the ONNX file.

onnxruntime and tf2onnx are not dependencies: PEERS names a folder into which they were installed by
`pip install --no-deps --target FOLDER onnxruntime onnx==1.23 tf2onnx==1.17 protobuf flatbuffers ml_dtypes`.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNK = 256  # pictures that a process of the pool decodes in one task
AT_ONCE = 32
SIDE = 28


def floor(folder: str, bundle: str) -> None:
    """Time the least possible work: read and inflate every file, then run the model on the same pictures.

    Decoding only inflates, no PNG row is unfiltered, and nothing is written.
    """
    import numpy as np

    from inference.litert.network import LiteRtModel

    images = np.load(f"{folder}.npy")
    model = LiteRtModel(Path(bundle) / "model.tflite")
    model(images[:AT_ONCE])
    begun = time.process_time()
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with os.scandir(descriptor) as found:
        for entry in found:
            file = os.open(entry.name, os.O_RDONLY, dir_fd=descriptor)
            data = os.read(file, 4096)
            os.close(file)
            zlib.decompress(data[41:-16])
    read = time.process_time()
    for begin in range(0, len(images), AT_ONCE):
        model(images[begin : begin + AT_ONCE])
    ended = time.process_time()
    print(json.dumps({"files": 1e6 * (read - begun) / len(images), "model": 1e6 * (ended - read) / len(images)}))


def predict(folder: str, out: str, model: str, batch: str) -> None:
    """Score with tf.data and model.predict, as Keras' guides do."""
    import keras
    import tensorflow as tf

    network = load_network(model)
    utils: Any = keras.utils
    data: Any = utils.image_dataset_from_directory(
        folder,
        labels=None,
        color_mode="grayscale",
        image_size=(SIDE, SIDE),
        batch_size=int(batch),
        shuffle=False,
        verbose=False,
    )
    paths = data.file_paths
    data = data.map(lambda images: tf.cast(images[..., 0], tf.uint8), tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    write(out, paths, logits_of(network.predict(data, verbose=0)))


def naive(folder: str, out: str, model: str) -> None:
    """Score as in a notebook, one picture at a time."""
    import numpy as np
    from PIL import Image

    network = load_network(model)
    paths = paths_in(folder)
    answers = [
        logits_of(network.predict(np.asarray(Image.open(path).convert("L"))[np.newaxis], verbose=0)) for path in paths
    ]
    write(out, paths, np.concatenate(answers))


def pool(folder: str, out: str, model: str) -> None:
    """Score with a pool of processes that decode and onnxruntime in this process."""
    import numpy as np

    paths = paths_in(folder)
    chunks = [paths[begin : begin + CHUNK] for begin in range(0, len(paths), CHUNK)]
    answers: list[Any] = []
    with multiprocessing.get_context("fork").Pool(len(os.sched_getaffinity(0))) as processes:
        session = open_session(model)  # after the fork: no process of the pool needs it
        for images in processes.imap(decode_chunk, chunks):
            answers += [
                session.run(None, {"images": images[begin : begin + AT_ONCE]})[0]
                for begin in range(0, len(images), AT_ONCE)
            ]
        processes.close()
        processes.join()
    write(out, paths, np.concatenate(answers))


def decode_chunk(paths: list[str]) -> NDArray[np.uint8]:
    """Decode pictures with Pillow into uint8 [n, 28, 28]; photos are resized and inverted."""
    import numpy as np
    from PIL import Image, ImageOps

    images: list[NDArray[np.uint8]] = []
    for path in paths:
        picture = Image.open(path)
        if picture.size != (SIDE, SIDE):
            picture = ImageOps.invert(picture.convert("L").resize((SIDE, SIDE)))
        images.append(np.asarray(picture.convert("L")))
    return np.stack(images)


def open_session(model: str) -> Any:  # noqa: ANN401  (onnxruntime is not installed)
    """Open an ONNX file on one thread: the pool uses the other cores, and more threads would spin."""
    onnxruntime: Any = __import__("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def convert(bundle: str, out: str) -> None:
    """Write the bundle's network as an ONNX file."""
    import tensorflow as tf

    tf2onnx: Any = __import__("tf2onnx.convert")
    saved: Any = tf.saved_model.load(str(Path(bundle) / "saved_model" / "1"))
    call = saved.signatures["serving_default"]
    signature = [tf.TensorSpec([None, SIDE, SIDE], tf.uint8, name="images")]
    logits: Any = tf.function(lambda images: call(images=images)["logits"], input_signature=signature)
    aside = f"{out}.part"
    tf2onnx.convert.from_function(logits, input_signature=signature, opset=18, output_path=aside)
    Path(aside).rename(out)


def load_network(model: str) -> Any:  # noqa: ANN401  (Keras)
    """Load a .keras file, or the SavedModel of a bundle."""
    import keras

    if model.endswith(".keras"):
        saving: Any = keras.saving
        return saving.load_model(model, compile=False)
    inputs: Any = keras.Input((SIDE, SIDE), dtype="uint8")
    layer: Any = keras.layers.TFSMLayer(str(Path(model) / "saved_model" / "1"), call_endpoint="serving_default")
    return keras.Model(inputs, layer(inputs))


def logits_of(answer: Any) -> NDArray[np.float32]:  # noqa: ANN401  (an array, or arrays by name)
    """Return the logits of a network's output."""
    return answer["logits"] if isinstance(answer, dict) else answer


def paths_in(folder: str) -> list[str]:
    """Return the sorted paths of a folder's files."""
    return sorted(str(path) for path in Path(folder).iterdir())


def write(out: str, paths: Iterable[str], logits: NDArray[np.float32]) -> None:
    """Write the CSV of path, digit and confidence."""
    import numpy as np

    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    confidence = powers.max(axis=1) / powers.sum(axis=1)
    with Path(out).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("path", "digit", "confidence"))
        writer.writerows(zip(paths, logits.argmax(axis=1).tolist(), confidence.tolist(), strict=True))


WAYS: dict[str, Callable[..., None]] = {each.__name__: each for each in (floor, predict, naive, pool, convert)}


if peers := os.environ.get("PEERS"):
    sys.path.append(peers)  # last, so that shared packages come from our environment


if __name__ == "__main__":
    WAYS[sys.argv[1]](*sys.argv[2:])
