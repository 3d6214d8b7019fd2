"""Pictures of no class: signs, figures, filled shapes with surfaces, and digits made illegible."""
