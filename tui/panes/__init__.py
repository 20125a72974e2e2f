"""What a person sees of a kind: its columns, filters and detail tabs."""
