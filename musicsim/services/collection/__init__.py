"""The music folders, kept up to date."""
