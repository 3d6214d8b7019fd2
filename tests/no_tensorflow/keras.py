"""Stands in Keras's place in `make test-quick`: a test that imports it is marked `tensorflow`."""

raise ImportError("this test imports Keras: mark it `tensorflow`")
