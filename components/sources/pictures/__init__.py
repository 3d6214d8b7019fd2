"""Pictures in files, labelled by folders, by a file of labels, or by their own names."""
