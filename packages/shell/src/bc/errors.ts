// What can end a bc statement early.

/** A mistake, in bc's words. */
export class BcError extends Error {}

/** quit or halt. */
export class Halt extends Error {}
