import type { ReactNode } from "react";
import "./table.css";

export type Column<Row> = {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers and ages stand right. */
  readonly align?: "right";
  /** Left out on a phone. */
  readonly wide?: boolean;
  /** Takes the room that is left and cuts what does not fit. */
  readonly grow?: boolean;
};

type TableProps<Row> = {
  /** What the table lists, for ears. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
};

export function Table<Row>({ label, columns, rows, rowKey }: TableProps<Row>) {
  return (
    <div className="table-scroll">
      <table className="table num" aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" className={classOf(column)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.head} className={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf<Row>({ align, wide, grow }: Column<Row>): string {
  return [align, wide && "wide", grow && "grow"].filter(Boolean).join(" ");
}
