"""How far open the gates of every unit are: exact histograms over a text, and saturation at any threshold."""
