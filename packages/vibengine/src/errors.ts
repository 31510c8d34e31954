// The errors a user meets. Each has a `code` that does not change and, where there is one, a `cause`; all of them cross the
// worker boundary as their own class (see `transfer.ts`).

const NAMES: Record<string, string> = {
  timeout: "TimeoutError",
  invalid_argument: "InvalidArgumentError",
  not_enough_space: "NotEnoughSpaceError",
  sandbox_not_found: "SandboxNotFoundError",
  file_not_found: "FileNotFoundError",
  pack_error: "PackError",
};

/** Code of the error that says that another page runs the sandbox. */
export const OWNED = "sandbox_owned";

/** Base class of every error that vibengine throws. */
export class SandboxError extends Error {
  /** A short name that does not change between versions, such as `"file_not_found"`. */
  readonly code: string;

  constructor(message: string, options?: ErrorOptions & { code?: string }) {
    super(message, options);
    this.code = options?.code ?? "sandbox_error";
    // Not `new.target.name`: a minifier renames classes.
    this.name = NAMES[this.code] ?? "SandboxError";
  }
}

/** Time ran out: the sandbox's, under a running command, or the command's own `timeoutMs`. */
export class TimeoutError extends SandboxError {
  constructor(message: string, options?: ErrorOptions & { code?: string }) {
    super(message, { ...options, code: "timeout" });
  }
}

/** An argument has a value that can't be used. The message names it, and what is accepted. */
export class InvalidArgumentError extends SandboxError {
  constructor(message: string, options?: ErrorOptions & { code?: string }) {
    super(message, { ...options, code: "invalid_argument" });
  }
}

/** The sandbox's disk, or the browser's storage, is full. Nothing that was there is lost. */
export class NotEnoughSpaceError extends SandboxError {
  constructor(message: string, options?: ErrorOptions & { code?: string }) {
    super(message, { ...options, code: "not_enough_space" });
  }
}

/** There is no such sandbox, or it was killed, timed out or paused: the message says which. */
export class SandboxNotFoundError extends SandboxError {
  constructor(message: string, options?: ErrorOptions & { code?: string }) {
    super(message, { ...options, code: "sandbox_not_found" });
  }
}

/** No file or directory has that path. */
export class FileNotFoundError extends SandboxError {
  constructor(message: string, options?: ErrorOptions & { code?: string }) {
    super(message, { ...options, code: "file_not_found" });
  }
}

/** A file that vibengine itself needs did not load: the message says which URL and which status. */
export class PackError extends SandboxError {
  constructor(message: string, options?: ErrorOptions & { code?: string }) {
    super(message, { ...options, code: "pack_error" });
  }
}

export const ERROR_CLASSES = {
  SandboxError,
  TimeoutError,
  InvalidArgumentError,
  NotEnoughSpaceError,
  SandboxNotFoundError,
  FileNotFoundError,
  PackError,
};
