"""What stands between the nearest neighbours and the listener."""
