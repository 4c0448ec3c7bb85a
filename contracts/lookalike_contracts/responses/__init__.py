"""What an answer is: by its document (`schema`), by the catalogue of errors (`classify`), and field by field."""
