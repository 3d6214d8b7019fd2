"""Stands in TensorFlow's place in `make test-quick`: a test that imports it is marked `tensorflow`."""

raise ImportError("this test starts TensorFlow: mark it `tensorflow`")
