"""What embeds the library, and how thoroughly."""
