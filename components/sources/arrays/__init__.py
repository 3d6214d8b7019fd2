"""Pictures as numbers in files: tables, arrays, and idx, the format of MNIST."""
