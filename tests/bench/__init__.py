"""How fast the suite is, each figure beside its floor in the same run: `make bench PROFILE=quick|full`."""
