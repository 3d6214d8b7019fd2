"""Reading pictures with an exported model, without the libraries that trained it."""
