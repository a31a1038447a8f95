"""From a Dockerfile to a plan: the build behind it, its image as evidence, the study that is kept."""
