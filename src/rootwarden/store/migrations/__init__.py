"""The steps by which the store came to its present shape, oldest first; each can be taken back."""
