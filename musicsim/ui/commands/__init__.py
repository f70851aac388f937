"""Actions of menus, shortcuts and buttons."""
