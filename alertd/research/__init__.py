"""What an event means for a portfolio: a note in which each statement rests on something that can be looked up."""
