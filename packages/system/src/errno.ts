// Error numbers, as WASI preview1 numbers them, so that the WASI binding passes them through untouched.
// Inside the kernel a system call returns a result >= 0 or `-errno`; only the SDK's edge turns them into typed errors.
// Texts are glibc's, because the shell's tools print them.

/* biome-ignore-start format: a table */
export const E2BIG = 1, EACCES = 2, EAGAIN = 6, EBADF = 8, EBUSY = 10, ECANCELED = 11, ECHILD = 12, EDOM = 18, EEXIST = 20,
  EFAULT = 21, EFBIG = 22, EILSEQ = 25, EINTR = 27, EINVAL = 28, EIO = 29, EISDIR = 31, ELOOP = 32, EMFILE = 33, EMLINK = 34,
  ENAMETOOLONG = 37, ENFILE = 41, ENODEV = 43, ENOENT = 44, ENOEXEC = 45, ENOMEM = 48, ENOSPC = 51, ENOSYS = 52, ENOTDIR = 54,
  ENOTEMPTY = 55, ENOTSOCK = 57, ENOTSUP = 58, ENOTTY = 59, ENXIO = 60, EOVERFLOW = 61, EPERM = 63, EPIPE = 64, ERANGE = 68,
  EROFS = 69, ESPIPE = 70, ESRCH = 71, ETIMEDOUT = 73, ETXTBSY = 74, EXDEV = 75, ENOTCAPABLE = 76;
/* biome-ignore-end format: a table */

const TEXTS: Record<number, string> = {
  [E2BIG]: "Argument list too long",
  [EACCES]: "Permission denied",
  [EAGAIN]: "Resource temporarily unavailable",
  [EBADF]: "Bad file descriptor",
  [EBUSY]: "Device or resource busy",
  [ECANCELED]: "Operation canceled",
  [ECHILD]: "No child processes",
  [EDOM]: "Numerical argument out of domain",
  [EEXIST]: "File exists",
  [EFAULT]: "Bad address",
  [EFBIG]: "File too large",
  [EILSEQ]: "Invalid or incomplete multibyte or wide character",
  [EINTR]: "Interrupted system call",
  [EINVAL]: "Invalid argument",
  [EIO]: "Input/output error",
  [EISDIR]: "Is a directory",
  [ELOOP]: "Too many levels of symbolic links",
  [EMFILE]: "Too many open files",
  [EMLINK]: "Too many links",
  [ENAMETOOLONG]: "File name too long",
  [ENFILE]: "Too many open files in system",
  [ENODEV]: "No such device",
  [ENOENT]: "No such file or directory",
  [ENOEXEC]: "Exec format error",
  [ENOMEM]: "Cannot allocate memory",
  [ENOSPC]: "No space left on device",
  [ENOSYS]: "Function not implemented",
  [ENOTDIR]: "Not a directory",
  [ENOTEMPTY]: "Directory not empty",
  [ENOTSOCK]: "Socket operation on non-socket",
  [ENOTSUP]: "Operation not supported",
  [ENOTTY]: "Inappropriate ioctl for device",
  [ENXIO]: "No such device or address",
  [EOVERFLOW]: "Value too large for defined data type",
  [EPERM]: "Operation not permitted",
  [EPIPE]: "Broken pipe",
  [ERANGE]: "Numerical result out of range",
  [EROFS]: "Read-only file system",
  [ESPIPE]: "Illegal seek",
  [ESRCH]: "No such process",
  [ETIMEDOUT]: "Connection timed out",
  [ETXTBSY]: "Text file busy",
  [EXDEV]: "Invalid cross-device link",
  [ENOTCAPABLE]: "Capabilities insufficient",
};

/** The text for an errno (either sign), as glibc words it. */
export function strerror(errno: number): string {
  const number = Math.abs(errno);
  return TEXTS[number] ?? `Unknown error ${number}`;
}
