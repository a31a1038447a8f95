"""Short-lived containers: a command, or the image's own start, run and looked at; nothing stays behind."""
