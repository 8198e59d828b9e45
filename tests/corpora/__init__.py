"""What honest merchants send, made anew from a seed: ids, times, numbers and headers that are no card numbers."""
