"""What the stages that use TensorFlow share: session, networks, feed, augmentation, training."""
