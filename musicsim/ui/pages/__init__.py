"""Pages in the middle of the window. They know nothing of each other; `page` defines their interface."""
