/*
 * A member of a tar file (POSIX ustar): one block of 512 bytes that says what follows, then its
 * bytes, filled up with zeros to whole blocks. Two blocks of zeros end the file.
 *
 *  offset  bytes
 *       0    100  name
 *     100      8  mode, octal; owner and group behind it are 0
 *     124     12  size, octal; above 8 GiB as GNU has it: the high bit set, then big-endian
 *     136     12  time of change in seconds, octal
 *     148      8  sum of all bytes of this block, these eight taken for spaces; octal
 *     156      1  kind: "0", a file
 *     257      8  "ustar", zero, "00"
 */
export const TAR_BLOCK = 512;
export const TAR_NAME_BYTES = 100;

type Member = { readonly name: string; readonly bytes: number };

const OCTAL_MAX = 8 ** 11;

/** The block before a member's bytes. The name is ASCII and at most 100 bytes. */
export function tarHeader({ name, bytes }: Member, atMs: number): Buffer {
  const block = Buffer.alloc(TAR_BLOCK);
  block.write(name, 0, TAR_NAME_BYTES, "latin1");
  block.write("0000600\0", 100, "latin1");
  block.write(`${octal(0, 7)}\0${octal(0, 7)}\0`, 108, "latin1");
  if (bytes < OCTAL_MAX) block.write(`${octal(bytes, 11)} `, 124, "latin1");
  else {
    block.writeUInt8(0x80, 124);
    block.writeBigUInt64BE(BigInt(bytes), 128);
  }
  block.write(`${octal(Math.floor(atMs / 1000), 11)} `, 136, "latin1");
  block.write("0", 156, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  block.write(`${octal(sumOf(block), 6)}\0 `, 148, "latin1");
  return block;
}

/** Undefined where the file ends here; throws where this is no header of ours. */
export function readTarHeader(block: Buffer): Member | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const sum = Number.parseInt(block.toString("latin1", 148, 154), 8);
  const isFile = block.toString("latin1", 156, 157) === "0";
  if (sum !== sumOf(block) || !isFile) throw new Error("not the header of a file in a tar file");
  const isLarge = block.readUInt8(124) === 0x80;
  const bytes = isLarge
    ? Number(block.readBigUInt64BE(128))
    : Number.parseInt(block.toString("latin1", 124, 135), 8);
  return { name: block.toString("latin1", 0, TAR_NAME_BYTES).replace(/\0.*$/s, ""), bytes };
}

/** Zeros that fill a member of so many bytes up. */
export function tarPadding(bytes: number): number {
  return (TAR_BLOCK - (bytes % TAR_BLOCK)) % TAR_BLOCK;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function sumOf(block: Buffer): number {
  const spaces = 8 * 0x20;
  let sum = spaces;
  for (const [offset, byte] of block.entries()) if (offset < 148 || offset > 155) sum += byte;
  return sum;
}
