"""What single units track: properties of a text, tested against every unit's states along it."""
