"""What is named in a text: numbers, sums, days, people, addresses; and a text without them."""
