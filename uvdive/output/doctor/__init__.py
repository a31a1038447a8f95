"""What ``uvdive doctor`` found, as values, as text and as ``uvdive.doctor/1``. Read ``found`` first."""
