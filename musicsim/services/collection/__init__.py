"""Keeping the library in step with the music folders."""
