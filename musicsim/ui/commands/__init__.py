"""What menus, shortcuts and buttons do."""
