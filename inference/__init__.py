"""The exported model at work, without the libraries that trained it."""
