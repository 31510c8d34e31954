"""The termios module over the kernel's terminals, with Linux's numbers."""

from _vibengine.host import call

error = type("error", (Exception,), {"__module__": "termios"})

_FLAGS = """
IGNBRK=1 BRKINT=2 IGNPAR=4 PARMRK=8 INPCK=16 ISTRIP=32 INLCR=64 IGNCR=128 ICRNL=256 IUCLC=512 IXON=1024 IXANY=2048 IXOFF=4096 IMAXBEL=8192
IUTF8=16384
OPOST=1 OLCUC=2 ONLCR=4 OCRNL=8 ONOCR=16 ONLRET=32 OFILL=64 OFDEL=128 NLDLY=256 NL0=0 NL1=256 CRDLY=1536 CR0=0 CR1=512 CR2=1024 CR3=1536
TABDLY=6144 TAB0=0 TAB1=2048 TAB2=4096 TAB3=6144 XTABS=6144 BSDLY=8192 BS0=0 BS1=8192 VTDLY=16384 VT0=0 VT1=16384 FFDLY=32768 FF0=0 FF1=32768
CSIZE=48 CS5=0 CS6=16 CS7=32 CS8=48 CSTOPB=64 CREAD=128 PARENB=256 PARODD=512 HUPCL=1024 CLOCAL=2048 CRTSCTS=2147483648 CBAUD=4111 CBAUDEX=4096
ISIG=1 ICANON=2 XCASE=4 ECHO=8 ECHOE=16 ECHOK=32 ECHONL=64 NOFLSH=128 TOSTOP=256 ECHOCTL=512 ECHOPRT=1024 ECHOKE=2048 FLUSHO=4096 PENDIN=16384
IEXTEN=32768 EXTPROC=65536
VINTR=0 VQUIT=1 VERASE=2 VKILL=3 VEOF=4 VTIME=5 VMIN=6 VSWTC=7 VSTART=8 VSTOP=9 VSUSP=10 VEOL=11 VREPRINT=12 VDISCARD=13 VWERASE=14 VLNEXT=15
VEOL2=16 NCCS=32
B0=0 B50=1 B75=2 B110=3 B134=4 B150=5 B200=6 B300=7 B600=8 B1200=9 B1800=10 B2400=11 B4800=12 B9600=13 B19200=14 B38400=15 B57600=4097
B115200=4098
TCSANOW=0 TCSADRAIN=1 TCSAFLUSH=2 TCIFLUSH=0 TCOFLUSH=1 TCIOFLUSH=2 TCOOFF=0 TCOON=1 TCIOFF=2 TCION=3
TIOCGWINSZ=21523 TIOCSWINSZ=21524 TIOCGPGRP=21519 TIOCSPGRP=21520
"""
globals().update((name, int(value)) for name, value in (word.split("=") for word in _FLAGS.split()))
_SPEED = 15
_KERNEL_CCS = 19


def _fd(file):
    return file if isinstance(file, int) else file.fileno()


def _ask(*request):
    try:
        return call(*request)
    except OSError as failed:
        raise error(failed.errno, failed.strerror) from None


def tcgetattr(fd, /):
    """Get the tty attributes for file descriptor fd: [iflag, oflag, cflag, lflag, ispeed, ospeed, cc]."""
    reply = _ask("tcgetattr", _fd(fd))
    iflag, oflag, cflag, lflag = map(int, reply[1:5])
    cc = [bytes((int(value),)) for value in reply[5 : 5 + _KERNEL_CCS]]
    cc += [b"\0"] * (NCCS - len(cc))  # noqa: F821
    if not lflag & ICANON:  # noqa: F821
        cc[VMIN], cc[VTIME] = cc[VMIN][0], cc[VTIME][0]  # noqa: F821
    return [iflag, oflag, cflag, lflag, _SPEED, _SPEED, cc]


def tcsetattr(fd, when, attributes, /):
    """Set the tty attributes for file descriptor fd."""
    if not isinstance(attributes, list) or len(attributes) != 7:
        raise TypeError("tcsetattr, arg 3: must be 7 element list")
    iflag, oflag, cflag, lflag, _, _, cc = attributes
    if not isinstance(cc, list) or len(cc) != NCCS:  # noqa: F821
        raise TypeError(f"tcsetattr: attributes[6] must be {NCCS} element list")  # noqa: F821
    values = [value if isinstance(value, int) else value[0] for value in cc[:_KERNEL_CCS]]
    _ask("tcsetattr", _fd(fd), when, *(flag & 0xFFFFFFFF for flag in (iflag, oflag, cflag, lflag)), *values)


def tcgetwinsize(fd, /):
    """Get the tty winsize for file descriptor fd: (rows, columns)."""
    reply = _ask("winsize", _fd(fd))
    return int(reply[1]), int(reply[2])


def tcsetwinsize(fd, winsize, /):
    """The size of a terminal is its window's; this always fails."""
    raise error(58, "the size of a terminal here is its window's and cannot be set")


def tcdrain(fd, /):
    """Wait until all output written to file descriptor fd has been transmitted: it has been."""
    _ask("isatty", _fd(fd))


def tcflush(fd, queue, /):
    """Discard queued data on file descriptor fd; input alone is ever queued."""
    if queue in (TCIFLUSH, TCIOFLUSH):  # noqa: F821
        attributes = tcgetattr(fd)
        tcsetattr(fd, TCSAFLUSH, attributes)  # noqa: F821


def tcflow(fd, action, /):
    """Suspend or resume input or output on file descriptor fd: nothing to do here."""
    _ask("isatty", _fd(fd))


def tcsendbreak(fd, duration, /):
    """Send a break on file descriptor fd: there is no line to break."""
    _ask("isatty", _fd(fd))
