"""The SavedModel answers arrays and encoded pictures alike, and refuses what is neither PNG nor JPEG, or too large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from schemas.artifacts.formats import FORMATS
from tests.inference.pictures import as_file, bomb, sample


@pytest.fixture(scope="module")
def signatures(formats: Path) -> Any:  # noqa: ANN401  (TensorFlow has no types)
    """Return the signatures of the SavedModel."""
    import tensorflow as tf

    module: Any = tf.saved_model
    return module.load(str(formats / FORMATS["saved_model"].path)).signatures


def read_files(signatures: Any, *files: bytes) -> dict[str, Any]:  # noqa: ANN401
    """Return what `serving_bytes` answers, as arrays."""
    import tensorflow as tf

    answers = signatures["serving_bytes"](pictures=tf.constant(list(files), tf.string))
    return {name: each.numpy() for name, each in answers.items()}


def read_images(signatures: Any, images: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what `serving_default` answers, as arrays."""
    import tensorflow as tf

    return {name: each.numpy() for name, each in signatures["serving_default"](images=tf.constant(images)).items()}


@pytest.mark.parametrize("kind", ["serving_default", "serving_bytes"])
def test_both_signatures_return_three_outputs(signatures: Any, kind: str) -> None:  # noqa: ANN401
    """Each returns logits and probabilities, float32, and the digit, int32."""
    outputs = signatures[kind].structured_outputs
    assert {name: (each.dtype.name, len(each.shape)) for name, each in outputs.items()} == {
        "logits": ("float32", 2),
        "probabilities": ("float32", 2),
        "digit": ("int32", 1),
    }


def test_the_digit_is_the_likeliest_class(signatures: Any) -> None:  # noqa: ANN401
    """The digit is the index of the largest logit and of the largest probability."""
    answers = read_images(signatures, sample()[::50])
    np.testing.assert_array_equal(answers["digit"], answers["logits"].argmax(axis=1))
    np.testing.assert_array_equal(answers["digit"], answers["probabilities"].argmax(axis=1))


def test_encoded_pictures_get_the_answers_of_their_pixels(signatures: Any) -> None:  # noqa: ANN401
    """PNG files of 28x28 get exactly the logits of the arrays they encode."""
    images = sample()[:8]
    answers = read_files(signatures, *(as_file(each, "PNG") for each in images))
    np.testing.assert_array_equal(answers["logits"], read_images(signatures, images)["logits"])


def test_a_larger_picture_is_scaled(signatures: Any) -> None:  # noqa: ANN401
    """A picture enlarged to 84x84 gets the logits of the original."""
    image = sample()[0]
    large = as_file(image.repeat(3, axis=0).repeat(3, axis=1), "PNG", "RGB")
    expected = read_images(signatures, image[np.newaxis])["logits"]
    np.testing.assert_allclose(read_files(signatures, large)["logits"], expected, atol=1e-4)


def test_a_jpeg_is_read(signatures: Any) -> None:  # noqa: ANN401
    """A JPEG of good quality gets nearly the probabilities of the original."""
    image = sample()[0]
    expected = read_images(signatures, image[np.newaxis])["probabilities"]
    found = read_files(signatures, as_file(image, "JPEG", quality=100))["probabilities"]
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_no_picture_is_no_answer(signatures: Any) -> None:  # noqa: ANN401
    """An empty batch of files gets empty outputs."""
    assert read_files(signatures)["logits"].shape == (0, 10)


@pytest.mark.parametrize(
    "file",
    [b"", b"digits", as_file(sample()[0], "GIF"), as_file(sample()[0], "BMP"), bomb("PNG", 20000, 20000)],
    ids=["empty", "text", "GIF", "BMP", "bomb"],
)
def test_other_files_are_refused(signatures: Any, file: bytes) -> None:  # noqa: ANN401
    """What is no PNG or JPEG, or has more than 4,096 pixels a side, is refused before it is decoded."""
    with pytest.raises(Exception, match="a picture must be a PNG or JPEG of at most 4096 x 4096 pixels"):
        read_files(signatures, file)


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_cut_file_is_refused(signatures: Any, form: str) -> None:  # noqa: ANN401
    """A file that ends in its middle is an error of the decoder."""
    whole = as_file(sample()[0], form)
    with pytest.raises(Exception, match=r"(?i)decode|invalid|premature|input"):
        read_files(signatures, whole[: len(whole) // 2])
