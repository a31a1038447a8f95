"""``docker uvdive``: what the docker client asks a plugin."""
