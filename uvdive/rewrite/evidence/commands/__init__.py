"""What the commands of a RUN do: what kind they are, what they write, which the last stage repeats."""
