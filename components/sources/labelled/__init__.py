"""Labels of pictures that no folder names: in a file of labels, or in the pictures' own names."""
