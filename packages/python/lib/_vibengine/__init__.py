"""What the platform adds to Python: the system calls that WASI preview1 lacks, and the command line."""
