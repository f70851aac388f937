"""The rules that choose among the nearest neighbours."""
