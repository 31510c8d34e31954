"""What CPython needs of the machine and preview1 does not have: the command line, processes, signals, terminals, the network.

`main` starts a program, `host` talks to the kernel, `hooks` says which module of the standard library gets which patch. Nothing
here is for programs to import.
"""
