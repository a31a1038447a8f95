"""Python code of the app that starts uv, as far as the code itself says so."""
