// Puts a resource into an ELF program where Node's single executables look for theirs: a note in a segment of its own.
// elf(5); Node's deps/postject/postject-api.h reads it back through the program headers.
//
// Nothing that is there moves. At the end come a copy of the program headers, longer by two, and the note. Kernels before
// 5.18 tell a program where its headers are by adding their offset in the file to where the file begins in memory, so the
// new segment lies there too.

const headerSize = 64;
const entrySize = 56;
const type = { load: 1, note: 4, headers: 6 };
/** As large as any kernel's pages, arm64's included. */
const page = 0x10000n;

/**
 * The program with the note in it.
 *
 * @param {Buffer} program
 * @param {string} name
 * @param {Buffer} content
 * @returns {Buffer}
 */
export function withNote(program, name, content) {
  refuseForeign(program);
  const headers = readHeaders(program);
  const loads = headers.filter((header) => header.type === type.load);
  const first = loads[0];
  if (!first) throw new Error('The program has no segment to load.');
  const base = first.address - first.offset;
  const memoryEnd = loads.reduce((end, { address, memorySize }) => max(end, address + memorySize), 0n);
  const offset = max(roundUp(BigInt(program.length), page), roundUp(memoryEnd - base, page));
  const tableSize = BigInt((headers.length + 2) * entrySize);
  const note = encodeNote(name, content);
  const segment = {
    type: type.load,
    flags: 4,
    offset,
    address: base + offset,
    // Whole pages: no kernel then has to fill up the last one.
    size: roundUp(tableSize + BigInt(note.length), page),
    align: page,
  };
  const inNote = { ...segment, type: type.note, offset: offset + tableSize, size: BigInt(note.length), align: 4n };
  const table = withSegments(headers, segment, { ...inNote, address: base + inNote.offset }, tableSize);
  const result = Buffer.alloc(Number(offset + segment.size));
  program.copy(result);
  Buffer.concat(table).copy(result, Number(offset));
  note.copy(result, Number(inNote.offset));
  result.writeBigUInt64LE(offset, 32);
  result.writeUInt16LE(table.length, 56);
  return result;
}

/** @param {Buffer} program */
function refuseForeign(program) {
  const isElf = program.readUInt32BE(0) === 0x7f454c46 && program[4] === 2 && program[5] === 1;
  if (!isElf) throw new Error('Not a 64-bit little-endian ELF program: single executables are made for Linux only.');
  if (program.readUInt16LE(54) !== entrySize || program.readUInt16LE(52) !== headerSize) {
    throw new Error('Its headers have an unknown size.');
  }
}

/** @param {Buffer} program */
function readHeaders(program) {
  const start = Number(program.readBigUInt64LE(32));
  return Array.from({ length: program.readUInt16LE(56) }, (_, index) => {
    const bytes = program.subarray(start + index * entrySize, start + (index + 1) * entrySize);
    return {
      bytes,
      type: bytes.readUInt32LE(0),
      offset: bytes.readBigUInt64LE(8),
      address: bytes.readBigUInt64LE(16),
      memorySize: bytes.readBigUInt64LE(40),
    };
  });
}

/**
 * The new table: segments to load have to stand in the order of their addresses, and this one has the highest.
 *
 * @typedef {{ type: number, flags: number, offset: bigint, address: bigint, size: bigint, align: bigint }} Segment
 * @param {ReturnType<typeof readHeaders>} headers
 * @param {Segment} segment
 * @param {Segment} note
 * @param {bigint} tableSize
 * @returns {Buffer[]}
 */
function withSegments(headers, segment, note, tableSize) {
  const table = headers.map(({ bytes, type: kind }) =>
    kind === type.headers ? encode({ ...segment, type: type.headers, size: tableSize, align: 8n }) : Buffer.from(bytes),
  );
  const last = headers.findLastIndex((header) => header.type === type.load);
  table.splice(last + 1, 0, encode(segment));
  table.push(encode(note));
  return table;
}

/** @param {Segment} segment */
function encode({ type: kind, flags, offset, address, size, align }) {
  const bytes = Buffer.alloc(entrySize);
  bytes.writeUInt32LE(kind, 0);
  bytes.writeUInt32LE(flags, 4);
  for (const [index, value] of [offset, address, address, size, size, align].entries()) {
    bytes.writeBigUInt64LE(value, 8 + 8 * index);
  }
  return bytes;
}

/** @param {string} name @param {Buffer} content */
function encodeNote(name, content) {
  const title = Buffer.from(`${name}\0`);
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(title.length, 0);
  sizes.writeUInt32LE(content.length, 4);
  return Buffer.concat([sizes, padded(title), padded(content)]);
}

/** @param {Buffer} bytes */
function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

/** @param {bigint} value @param {bigint} unit */
function roundUp(value, unit) {
  return ((value + unit - 1n) / unit) * unit;
}

/** @param {bigint} one @param {bigint} other */
function max(one, other) {
  // Math.max takes no bigint.
  if (one > other) return one;
  return other;
}
