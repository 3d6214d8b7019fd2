"""Pictures that a program draws: robustness kinds, not-digits, drawn digits."""
