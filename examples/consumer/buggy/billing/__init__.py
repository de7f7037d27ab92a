"""Bill the members of a loyalty programme: members are at Spoonity, payments at Vexutopia."""
