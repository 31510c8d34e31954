// The names of the tools in data/, which are loaded only when one of them is needed. A test sees to it that both agree.

export const dataNames: readonly string[] = [
  "b2sum",
  "base32",
  "base64",
  "basenc",
  "cksum",
  "diff",
  "hexdump",
  "md5sum",
  "patch",
  "sha1sum",
  "sha224sum",
  "sha256sum",
  "sha384sum",
  "sha512sum",
  "strings",
  "sum",
  "xxd",
];
