// EBCDIC as POSIX's dd has it, for dd and xxd. Pure tables.

/** ASCII to EBCDIC, two hexadecimal digits a byte. */
const CODES =
  "00010203372d2e2f1605250b0c0d0e0f101112133c3d322618193f271c1d1e1f405a7f7b5b6c507d4d5d5c4e6b604b61f0f1f2f3f4f5f6f7f8f97a5e4c7e6e6f" +
  "7cc1c2c3c4c5c6c7c8c9d1d2d3d4d5d6d7d8d9e2e3e4e5e6e7e8e9ade0bd9a6d79818283848586878889919293949596979899a2a3a4a5a6a7a8a9c04fd05f07" +
  "202122232415061728292a2b2c090a1b30311a333435360838393a3b04143ee1414243444546474849515253545556575859626364656667686970717273747576" +
  "7778808a8b8c8d8e8f906a9b9c9d9e9fa0aaabac4aaeafb0b1b2b3b4b5b6b7b8b9babbbca1bebfcacbcccdcecfdadbdcdddedfeaebecedeeeffafbfcfdfeff";

export const asciiToEbcdic = Uint8Array.from(CODES.match(/../g)!, (code) => Number.parseInt(code, 16));

export const ebcdicToAscii = new Uint8Array(256);
for (const [ascii, ebcdic] of asciiToEbcdic.entries()) ebcdicToAscii[ebcdic] = ascii;

/** IBM's variant differs in five places. */
export const asciiToIbm = Uint8Array.from(asciiToEbcdic);
for (const [ascii, ibm] of [
  [94, 95],
  [126, 161],
  [203, 154],
  [213, 173],
  [229, 189],
])
  asciiToIbm[ascii] = ibm;
