// Checks of what a user passes in. Every message names the argument, its value and what is accepted.

import { InvalidArgumentError } from "./errors.ts";

export const DEFAULT_TIMEOUT_MS = 60_000;
/** 24 hours. */
export const MAX_TIMEOUT_MS = 86_400_000;

const MIB = 1024 * 1024;
export const DEFAULT_DISK_BYTES = 1024 * MIB;
const MIN_DISK_BYTES = MIB;
/** A WebAssembly memory ends at 4 GiB, and the tables before the disk need their part of it. */
const MAX_DISK_BYTES = 3584 * MIB;

export function checkTimeout(timeoutMs: number, name = "timeoutMs"): number {
  if (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS) return timeoutMs;
  throw new InvalidArgumentError(`${name} must be an integer from 1 to ${MAX_TIMEOUT_MS}, got ${show(timeoutMs)}`);
}

export function isDiskSize(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes >= MIN_DISK_BYTES && bytes <= MAX_DISK_BYTES;
}

export function checkDiskSize(bytes: number): number {
  if (isDiskSize(bytes)) return bytes;
  throw new InvalidArgumentError(
    `diskSizeBytes must be an integer from ${MIN_DISK_BYTES} to ${MAX_DISK_BYTES}, got ${show(bytes)}`,
  );
}

/** A record of strings; `what` names it in the message. */
export function checkStrings(what: string, record: Record<string, string>): Record<string, string> {
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    throw new InvalidArgumentError(`${what} must be an object of strings, got ${show(record)}`);
  }
  for (const [key, value] of Object.entries(record)) {
    if (typeof value !== "string") {
      throw new InvalidArgumentError(`${what}.${key} must be a string, got ${show(value)}`);
    }
  }
  return { ...record };
}

/** Names of environment variables can't be empty or hold "=" or NUL; values can't hold NUL. */
export function checkEnvs(envs: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(checkStrings("envs", envs))) {
    if (name === "" || /[=\0]/.test(name)) {
      throw new InvalidArgumentError(`envs: ${JSON.stringify(name)} is no name for a variable`);
    }
    if (value.includes("\0")) throw new InvalidArgumentError(`envs.${name} must not contain a NUL character`);
  }
  return { ...envs };
}

export function checkPath(path: string, name = "path"): string {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw new InvalidArgumentError(`${name} must be a non-empty string without NUL, got ${show(path)}`);
  }
  return path;
}

export function checkOneOf<const T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new InvalidArgumentError(
    `${name} must be ${allowed.map((one) => `"${one}"`).join(" or ")}, got ${show(value)}`,
  );
}

/** A range of time as two numbers, ms since 1970; what is absent is open. */
export function checkRange(range: { start?: Date; end?: Date }): [start: number, end: number] {
  if (typeof range !== "object" || range === null)
    throw new InvalidArgumentError(`range must be an object with start and end, got ${show(range)}`);
  const { start, end } = range;
  const from = start === undefined ? Number.NEGATIVE_INFINITY : checkDate("start", start);
  const to = end === undefined ? Number.POSITIVE_INFINITY : checkDate("end", end);
  if (from <= to) return [from, to];
  throw new InvalidArgumentError(
    `start must not be after end, got ${new Date(from).toISOString()} and ${new Date(to).toISOString()}`,
  );
}

function checkDate(name: string, value: Date): number {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.getTime();
  throw new InvalidArgumentError(
    `${name} must be a valid Date, got ${value instanceof Date ? "an invalid one" : show(value)}`,
  );
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return String(value);
}
