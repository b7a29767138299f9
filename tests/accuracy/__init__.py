"""How far values and partials of the table are from the truth, in units in the last place."""
