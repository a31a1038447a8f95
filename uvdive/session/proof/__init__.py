"""From a plan to its proof: both builds, the original as it is now, the second look, and what builds take."""
