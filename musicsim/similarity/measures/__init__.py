"""How good a space is: ranking, relevance, chance, and what needs no labels."""
