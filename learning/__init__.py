"""Code shared by the stages that use TensorFlow: training, evaluation, calibration, synthetic pictures."""
