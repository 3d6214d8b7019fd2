"""Programs for the card of a bundle: they read its golden examples without `digits`, and fail if an answer differs."""

from __future__ import annotations

__all__ = ["JAVASCRIPT", "PYTHON"]

PYTHON = """\
import json
import numpy as np
from ai_edge_litert.interpreter import Interpreter

labels, golden, calibration = (json.load(open(f"{name}.json")) for name in ("labels", "golden", "calibration"))
read = Interpreter("model.tflite").get_signature_runner("serving_default")
for example in golden["examples"]:
    image = np.frombuffer(bytes.fromhex(example["image"]), np.uint8).reshape(1, 28, 28)
    answer = read(images=image)
    logits, probabilities = answer["logits"][0], answer["probabilities"][0]
    unlike = logits.max() - logits.mean() < calibration["least"]  # unlike any digit
    unsure = unlike or probabilities.max() < calibration["floor"]  # or between two
    digit = labels[answer["digit"][0]]
    print(digit, f"{probabilities.max():.1%}", "unsure" if unsure else "")
    assert digit == example["digit"]
    assert abs(probabilities - example["probabilities"]).max() <= golden["tolerance"]
"""
"""For Python with numpy and ai-edge-litert."""

JAVASCRIPT = """\
import fs from "node:fs";
import * as ort from "onnxruntime-web";

const [labels, golden] = ["labels", "golden"].map((name) => JSON.parse(fs.readFileSync(`${name}.json`)));
const session = await ort.InferenceSession.create(fs.readFileSync("model.onnx"));
for (const example of golden.examples) {
  const images = new ort.Tensor("uint8", Uint8Array.from(Buffer.from(example.image, "hex")), [1, 28, 28]);
  const { digit, probabilities } = await session.run({ images });
  const largest = Math.max(...example.probabilities.map((each, i) => Math.abs(each - probabilities.data[i])));
  console.log(labels[digit.data[0]], `${(100 * Math.max(...probabilities.data)).toFixed(1)}%`);
  if (labels[digit.data[0]] !== example.digit || !(largest <= golden.tolerance)) process.exit(1);
}
"""
"""For Node with onnxruntime-web."""
