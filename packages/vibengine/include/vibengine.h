/*
 * What WASI preview1 lacks, for C programs that run in vibengine: processes, pipes, the working directory, signals, modes.
 * Compile for wasm32-wasi (preview1) and include this file; nothing is to be linked. WASI's own calls go on working beside it.
 *
 * ABI version 1. Unless it says otherwise, a function returns 0 or an errno (wasi-libc's numbers) and puts its result where a
 * pointer says. Strings end with a NUL. All of it works on the calling process, as the POSIX function of that name does.
 *
 * A program sees its directories as fds 3 (".") and 4 ("/"), or the next free ones; they are not inherited by children.
 * A program run by the tool `wasi` does not have these functions, and does not start if it imports one.
 */

#ifndef VIBENGINE_H
#define VIBENGINE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VIBENGINE_VERSION 1

#define VIBENGINE_IMPORT(name) __attribute__((import_module("vibengine"), import_name(name)))

/* The version of the ABI that the running vibengine has. Returns it. */
VIBENGINE_IMPORT("version") int32_t vibengine_version(void);

/* ---- starting programs -------------------------------------------------------------------------------------------- */

/* In the child, before its program starts: `to` becomes a duplicate of `fd`; `to` -1 closes `fd`. */
struct vibengine_fd_action {
  int32_t fd;
  int32_t to;
};

struct vibengine_spawn {
  const char *path;        /* the file, from the caller's working directory; PATH is not searched */
  char *const *argv;       /* ends with NULL */
  char *const *envp;       /* "NAME=VALUE" each, ends with NULL; NULL: the environment this program was started with */
  const char *cwd;         /* the child's working directory; NULL: the caller's */
  const struct vibengine_fd_action *actions; /* done in this order */
  uint32_t action_count;
};

/*
 * Starts a program as a child: WebAssembly, a `#!` script, or one of vibengine's own. It inherits every fd that is not
 * close-on-exec. EAGAIN: there are too many processes. ENOEXEC: the file is no program.
 */
VIBENGINE_IMPORT("spawn") int32_t vibengine_spawn(const struct vibengine_spawn *request, int32_t *pid);

#define VIBENGINE_WAIT_NOHANG 1
#define VIBENGINE_WAIT_UNTRACED 2

/* Of a status with WAIT_UNTRACED: was the child stopped, and by which signal? */
#define VIBENGINE_WIFSTOPPED(status) ((status) >= 256)
#define VIBENGINE_WSTOPSIG(status) ((status) - 256)

/*
 * Waits for a child (-1: any; 0: any of the caller's group; < -1: any of group -pid) to end. *status: what it exited with, 0 to
 * 255, or 128 + the signal that killed it. With UNTRACED also 256 + a signal, once for each time that SIGSTOP, SIGTSTP, SIGTTIN
 * or SIGTTOU stopped a child; it goes on at SIGCONT.
 * With NOHANG *waited is 0 when there is nothing to tell. ECHILD: there is no such child. EINTR: a caught signal came.
 */
VIBENGINE_IMPORT("wait") int32_t vibengine_wait(int32_t pid, uint32_t options, int32_t *status, int32_t *waited);

/* ---- processes and signals ---------------------------------------------------------------------------------------- */

/* These two return the number itself. */
VIBENGINE_IMPORT("getpid") int32_t vibengine_getpid(void);
VIBENGINE_IMPORT("getppid") int32_t vibengine_getppid(void);

/*
 * 0 is the calling process, and in setpgid's `group` the process's own pid. It moves the caller or a child (else ESRCH), to a
 * group of its own or one of the same session (else EPERM).
 */
VIBENGINE_IMPORT("getpgid") int32_t vibengine_getpgid(int32_t pid, int32_t *group);
VIBENGINE_IMPORT("setpgid") int32_t vibengine_setpgid(int32_t pid, int32_t group);

/* Signals are numbered as on Linux. pid 0: the caller's group; -1: all processes; < -1: group -pid. Signal 0 only looks.
   EPERM: the target is another user's. SIGSTOP stops a process at its next call or in the one it waits in; SIGCONT continues it. */
VIBENGINE_IMPORT("kill") int32_t vibengine_kill(int32_t pid, int32_t signal);

/*
 * Which signals are caught, and which ignored: bit n is signal n. A caught one interrupts waits (EINTR) and is noted until
 * `take_signals` takes it; no handler is called. SIGKILL and SIGSTOP can be neither.
 */
VIBENGINE_IMPORT("signal_mask") int32_t vibengine_signal_mask(uint32_t caught, uint32_t ignored);
VIBENGINE_IMPORT("take_signals") int32_t vibengine_take_signals(uint32_t *signals);

/* ---- file descriptors --------------------------------------------------------------------------------------------- */

#define VIBENGINE_PIPE_CLOEXEC 1

/* ends[0] is read from, ends[1] written to. */
VIBENGINE_IMPORT("pipe") int32_t vibengine_pipe(int32_t ends[2], uint32_t flags);
/* The duplicate gets the lowest free number from `least` on. Duplicates are not close-on-exec. */
VIBENGINE_IMPORT("dup") int32_t vibengine_dup(int32_t fd, int32_t least, int32_t *duplicate);
VIBENGINE_IMPORT("dup2") int32_t vibengine_dup2(int32_t fd, int32_t to);
VIBENGINE_IMPORT("set_cloexec") int32_t vibengine_set_cloexec(int32_t fd, int32_t on);

struct vibengine_winsize {
  uint16_t rows;
  uint16_t columns;
};

/* 0 if `fd` is a terminal, else ENOTTY. */
VIBENGINE_IMPORT("isatty") int32_t vibengine_isatty(int32_t fd);
VIBENGINE_IMPORT("winsize") int32_t vibengine_winsize(int32_t fd, struct vibengine_winsize *size);

/* ---- paths -------------------------------------------------------------------------------------------------------- */

/* WASI's calls follow: a relative path is looked up from here, too. */
VIBENGINE_IMPORT("chdir") int32_t vibengine_chdir(const char *path);
/* ERANGE: `size` is too small for the path and its NUL. */
VIBENGINE_IMPORT("getcwd") int32_t vibengine_getcwd(char *path, uint32_t size);
/* Returns the mask that was. */
VIBENGINE_IMPORT("umask") int32_t vibengine_umask(uint32_t mask);
VIBENGINE_IMPORT("chmod") int32_t vibengine_chmod(const char *path, uint32_t mode);
VIBENGINE_IMPORT("fchmod") int32_t vibengine_fchmod(int32_t fd, uint32_t mode);

#ifdef __cplusplus
}
#endif

#endif
