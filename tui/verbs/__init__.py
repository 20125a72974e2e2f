"""What a person can do to an object, each verb declared once, one module a kind."""
