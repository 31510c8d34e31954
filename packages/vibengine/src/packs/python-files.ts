// The files of the Python pack and their URLs. The build replaces this module by one with a `new URL("./python/…", import.meta.url)` for each
// file in packages/python/dist, if that was made.

export const FILES: Record<string, string> = {};
