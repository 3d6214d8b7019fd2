"""One small sealed bundle, which every test that reads, scores, decides or serves uses."""
