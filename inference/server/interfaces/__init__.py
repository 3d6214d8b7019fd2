"""The HTTP interfaces: plain pictures, TensorFlow Serving's, the Open Inference Protocol, health."""
