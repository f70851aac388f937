"""What the middle of the window shows: pages that know nothing of each other, and `page`, which says what each has."""
