"""Kills deliveries at every step, against pretended platforms and real servers, and counts what became of each reply.

The modules, from the inside out: `points` are the places where a run can die; `office` is the hub that runs; `zygote`
is the process whose children die; `world` is a platform with a store beside it; `scenarios` lists what is delivered;
`trials` chooses the instants of death, lets the next runs recover, and judges.
"""
