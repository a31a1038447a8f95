"""What every floor may use: errors, units, progress, cancellation, worker processes."""
