import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import {
  ByteWriter,
  fileWriter,
  ParquetWriter,
  parquetWriteBuffer,
  schemaFromColumnData,
} from "hyparquet-writer";

/** A column of a Parquet file; `null` where a row has nothing in it. */
export type ParquetColumn = {
  readonly name: string;
  readonly type: "STRING" | "DOUBLE" | "INT64" | "BOOLEAN" | "TIMESTAMP";
  /** A time is a date, or milliseconds since the epoch as a bigint, which is faster. */
  readonly data: readonly unknown[];
};

/** All of a file, for a reply. */
export function parquetBytes(columns: readonly ParquetColumn[]): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData: sourcesOf(columns) }));
}

/** The bytes of a file, a group of rows at a time: what was given is held no longer. */
export async function* parquetStream(
  columns: readonly ParquetColumn[],
  groups: AsyncIterable<readonly ParquetColumn[]>,
): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const schema = schemaFromColumnData({ columnData: sourcesOf(columns) });
  const writer = new ParquetWriter({ writer: bytes, schema });
  for await (const group of groups) {
    await writer.write(groupOf(group));
    yield taken(bytes);
  }
  writer.finish();
  yield taken(bytes);
}

/** What was written since the last time; it goes on counting where in the file it is. */
function taken(bytes: ByteWriter): Uint8Array {
  const written = bytes.getBytes().slice();
  bytes.index = 0;
  return written;
}

/** Writes a file in groups of rows, each of the same columns as the first. */
export class ParquetFile {
  readonly #writer: ParquetWriter;

  constructor(path: string, columns: readonly ParquetColumn[]) {
    const schema = schemaFromColumnData({ columnData: sourcesOf(columns) });
    this.#writer = new ParquetWriter({ writer: fileWriter(path), schema });
  }

  async write(columns: readonly ParquetColumn[]): Promise<void> {
    await this.#writer.write(groupOf(columns));
  }

  end(): void {
    this.#writer.finish();
  }
}

export type ParquetShape = {
  readonly columns: readonly string[];
  readonly rows: number;
  /** What the largest group of rows takes when it is unpacked. */
  readonly groupBytes: number;
};

/** What is in a file, without reading its rows. Throws where it is no such file. */
export async function parquetShape(path: string): Promise<ParquetShape> {
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
  return {
    columns: parquetSchema(metadata).children.map(({ element }) => element.name),
    rows: Number(metadata.num_rows),
    groupBytes: Math.max(0, ...metadata.row_groups.map((one) => Number(one.total_byte_size))),
  };
}

/** Rows that follow each other, in columns. */
type ParquetPart = {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, readonly unknown[]>;
};

/** Rows of a file, a group at a time; of a large group so many rows at a time. */
export async function* parquetParts(
  path: string,
  rowsAtOnce = 100_000,
): AsyncGenerator<ParquetPart> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    const groupEnd = groupStart + Number(group.num_rows);
    for (let rowStart = groupStart; rowStart < groupEnd; rowStart += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, groupEnd - rowStart);
      const columns = new Map<string, unknown[]>();
      await parquetRead({
        ...{ file, metadata, rowStart, rowEnd: rowStart + rows, parsers: PARSERS },
        // A chunk may begin before these rows, and end behind them.
        onChunk({ columnName, columnData, rowStart: chunkStart }) {
          const column = columns.get(columnName) ?? new Array<unknown>(rows).fill(null);
          columns.set(columnName, column);
          const first = Math.max(rowStart - chunkStart, 0);
          const end = Math.min(rowStart + rows - chunkStart, columnData.length);
          for (let at = first; at < end; at += 1) {
            column[chunkStart + at - rowStart] = columnData[at];
          }
        },
      });
      yield { rows, columns };
    }
    groupStart = groupEnd;
  }
}

/** The same as objects. */
export async function* parquetRows(path: string): AsyncGenerator<Record<string, unknown>> {
  for await (const part of parquetParts(path)) {
    for (let row = 0; row < part.rows; row += 1) yield parquetRow(part, row);
  }
}

function parquetRow({ columns }: ParquetPart, row: number): Record<string, unknown> {
  const cells: Record<string, unknown> = {};
  for (const [name, column] of columns) cells[name] = column[row];
  return cells;
}

/** A text keeps its byte order mark. */
const texts = new TextDecoder("utf-8", { ignoreBOM: true });
const PARSERS = { stringFromBytes: (bytes: Uint8Array) => bytes && texts.decode(bytes) };

/** What is written at once is one group: the end of a file tells of each, and waits in memory. */
function groupOf(columns: readonly ParquetColumn[]) {
  return { columnData: sourcesOf(columns), rowGroupSize: columns[0]?.data.length ?? 0 };
}

/** Without dictionaries for doubles: they would take -0 and 0 for one value. */
function sourcesOf(columns: readonly ParquetColumn[]) {
  return columns.map(({ name, type, data }) => ({
    name,
    type,
    data: data as unknown[],
    nullable: true,
    ...(type === "DOUBLE" && { encoding: "PLAIN" as const }),
  }));
}
