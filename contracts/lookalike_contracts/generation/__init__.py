"""What is asked: values good and bad, and what the document says must come of them."""
