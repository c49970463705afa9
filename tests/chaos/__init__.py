"""Does the suite keep its promises while its processes die? `make chaos PROFILE=quick|full|long SEED=n`.

A load of real use cases goes through the gateway while a nemesis kills, freezes and cuts; afterwards the checkers
read every record through the gateway and every table of the six databases. docs/reliability.md has the last figures.
"""
