"""The order book: importing and finding orders, start links, and whose order it is."""
