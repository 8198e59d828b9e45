"""Where the system ends: the functions' own calls and units, counted on the model, against what AWS takes."""
