"""What an answer is: by its document, by the catalogue of errors, and place by place."""
