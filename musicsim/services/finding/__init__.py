"""What sounds similar."""
