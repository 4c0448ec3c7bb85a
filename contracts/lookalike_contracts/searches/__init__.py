"""A search read as its promises say: its pages and its items."""
