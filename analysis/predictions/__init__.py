"""What a language model gave to each next token of a text: what errors and memory are read from."""
