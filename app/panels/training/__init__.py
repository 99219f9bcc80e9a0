"""What the pages about trainings, and about texts and models of one's own, are made of."""
