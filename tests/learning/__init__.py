"""Tests of what the stages that use TensorFlow share."""
