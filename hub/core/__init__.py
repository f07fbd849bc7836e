"""The functional core: data in, data out, standard library only."""
