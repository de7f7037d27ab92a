"""Bills the members of a loyalty programme: Spoonity knows who they are, Vexutopia takes their money."""
