import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/**
 * Writes GGUF version 3 files (the format of llama.cpp's models): header, metadata, tensor
 * directory, then the tensors' data, each aligned to 32 bytes. Source of the format: ggml's
 * `docs/gguf.md`.
 */

/** A metadata value with its GGUF type. */
export type GgufValue =
  | { readonly type: 'uint32' | 'int32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'float32s' | 'int32s'; readonly value: readonly number[] };

/** A 32-bit float tensor. `shape` starts with the fastest-running dimension, as in ggml. */
export type GgufTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  /** Makes the data when its turn to be written comes, so that a large model never stands in memory whole. */
  data(): Float32Array;
};

const alignment = 32;
const valueTypes = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
const tensorTypeF32 = 0;

/** Writes the file under a temporary name first, so that a half-written one never stands under `path`. */
export const writeGguf = (path: string, metadata: Readonly<Record<string, GgufValue>>, tensors: readonly GgufTensor[]): void => {
  const temporary = `${path}.${process.pid}.part`;
  const file = openSync(temporary, 'w');
  try {
    const header = encodeHeader(metadata, tensors);
    writeSync(file, header);
    writeSync(file, Buffer.alloc(padding(header.length)));
    for (const tensor of tensors) {
      const data = tensor.data();
      if (data.length !== elementsOf(tensor))
        throw new Error(`tensor ${tensor.name} has ${data.length} elements instead of ${elementsOf(tensor)}`);
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      writeSync(file, bytes);
      writeSync(file, Buffer.alloc(padding(bytes.length)));
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
};

const encodeHeader = (metadata: Readonly<Record<string, GgufValue>>, tensors: readonly GgufTensor[]): Buffer => {
  const entries = Object.entries(metadata);
  const parts: Buffer[] = [Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(entries.length)];
  for (const [key, value] of entries) parts.push(string(key), encodeValue(value));
  let offset = 0;
  for (const tensor of tensors) {
    parts.push(
      string(tensor.name),
      uint32(tensor.shape.length),
      ...tensor.shape.map(uint64),
      uint32(tensorTypeF32),
      uint64(offset),
    );
    const size = elementsOf(tensor) * 4;
    offset += size + padding(size);
  }
  return Buffer.concat(parts);
};

const encodeValue = (value: GgufValue): Buffer => {
  switch (value.type) {
    case 'uint32':
      return Buffer.concat([uint32(valueTypes.uint32), uint32(value.value)]);
    case 'int32':
      return Buffer.concat([uint32(valueTypes.int32), int32(value.value)]);
    case 'float32':
      return Buffer.concat([uint32(valueTypes.float32), float32(value.value)]);
    case 'bool':
      return Buffer.concat([uint32(valueTypes.bool), Buffer.of(value.value ? 1 : 0)]);
    case 'string':
      return Buffer.concat([uint32(valueTypes.string), string(value.value)]);
    case 'strings':
      return array(valueTypes.string, value.value.map(string));
    case 'float32s':
      return array(valueTypes.float32, value.value.map(float32));
    case 'int32s':
      return array(valueTypes.int32, value.value.map(int32));
    default:
      return value satisfies never;
  }
};

const array = (elementType: number, elements: readonly Buffer[]): Buffer =>
  Buffer.concat([uint32(valueTypes.array), uint32(elementType), uint64(elements.length), ...elements]);

const string = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([uint64(bytes.length), bytes]);
};

const uint32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
};

const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return buffer;
};

const float32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return buffer;
};

const uint64 = (value: number): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
};

const elementsOf = (tensor: GgufTensor): number => tensor.shape.reduce((product, size) => product * size, 1);

const padding = (length: number): number => (alignment - (length % alignment)) % alignment;
