"""Reports: one file each. A file `NAME_report.py` is the format NAME of the command line."""
