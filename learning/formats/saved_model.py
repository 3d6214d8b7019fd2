"""Write a network as a TensorFlow SavedModel, laid out for TensorFlow Serving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    from pathlib import Path

    import keras
    import tensorflow as tf

__all__ = ["SERVING", "SERVING_BYTES", "write_saved_model"]

SERVING = "serving_default"
SERVING_BYTES = "serving_bytes"
LARGEST = 4096
"""Most pixels of a side of an encoded picture: a few bytes of PNG can ask for gigabytes."""
PNG = b"\x89PNG\r\n\x1a\n"
HEADER = 24
"""Bytes of a PNG up to its width and height, which are the last eight of them."""


def write_saved_model(network: keras.Model, temperature: float, folder: Path) -> None:
    """Write a SavedModel with two signatures, which return `logits`, `probabilities` and `digit`.

    `serving_default` takes `images`, uint8 [n, 28, 28]; `serving_bytes` takes `pictures`, strings [n]: encoded PNG or
    JPEG pictures in MNIST's form, light ink on a dark ground, which are scaled to 28x28 and not changed otherwise.

    Args:
        network: pictures in, logits out.
        temperature: divisor of the logits.
        folder: of the SavedModel; it must not exist.
    """
    import keras
    import tensorflow as tf

    model: Any = network

    def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
        logits = model(images, training=False)
        return {
            "logits": logits,
            "probabilities": tf.nn.softmax(logits / temperature),
            "digit": tf.argmax(logits, axis=1, output_type=tf.int32),
        }

    def serve_bytes(pictures: tf.Tensor) -> dict[str, tf.Tensor]:
        form = tf.TensorSpec((SIDE, SIDE), tf.uint8)
        return serve(tf.map_fn(_decode, pictures, fn_output_signature=form))

    archive: Any = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint(SERVING, serve, [tf.TensorSpec((None, SIDE, SIDE), tf.uint8, name="images")])
    archive.add_endpoint(SERVING_BYTES, serve_bytes, [tf.TensorSpec((None,), tf.string, name="pictures")])
    archive.write_out(str(folder), verbose=False)


def _decode(picture: tf.Tensor) -> tf.Tensor:
    """Return the pixels of an encoded picture, uint8 [28, 28]; fail if it is no PNG or JPEG, or too large."""
    import tensorflow as tf

    header = tf.strings.substr(tf.strings.join([picture, b"\0" * HEADER]), 0, HEADER)
    is_jpeg, is_png = tf.io.is_jpeg(picture), tf.equal(tf.strings.substr(header, 0, len(PNG)), PNG)
    sides = tf.cond(
        is_jpeg,
        lambda: tf.io.extract_jpeg_shape(picture)[:2],
        lambda: tf.io.decode_raw(tf.strings.substr(header, HEADER - 8, 8), tf.int32, little_endian=False),
    )
    fits = (is_jpeg | is_png) & tf.reduce_all((sides > 0) & (sides <= LARGEST))
    refusal = [f"a picture must be a PNG or JPEG of at most {LARGEST} x {LARGEST} pixels"]
    with tf.control_dependencies([tf.debugging.Assert(fits, refusal)]):
        pixels = tf.io.decode_image(picture, channels=1, expand_animations=False)
    return tf.cast(tf.round(tf.image.resize(pixels, (SIDE, SIDE), "area")), tf.uint8)[..., 0]
