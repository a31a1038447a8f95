"""The app driven, looked at and held still."""
