"""The loader: a folder of somebody's CSV files becomes records of the running suite.

What a file means is written in a mapping (`mappings/*.yaml`), not in code: which rows become which records, which
values are repaired by which rule, which columns are left out and why. `mapping.py` reads rows by it, `loader.py`
sends them, `client.py` is the public API, `__main__.py` the command line.
"""
