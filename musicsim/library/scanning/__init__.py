"""Finding the files: walking, scanning, watching, and telling a moved file from a new one."""
