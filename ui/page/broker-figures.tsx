import type { Reply } from "../../src/api/contract.ts";
import { formatBytes, formatNumber } from "../format.ts";
import { Card } from "../part/card.tsx";
import { Figure } from "../part/figure.tsx";
import { type Column, Table } from "../part/table.tsx";
import { rejectionHelp } from "../rejection-help.ts";

type Broker = Reply<"GET /broker">;
type BrokerFigure = Broker["figures"][number];
type Row = Pick<BrokerFigure, "says" | "unit" | "value"> & {
  readonly metric: string;
  readonly topic: string;
};

/** Refusals are counted by problem codes, which have help of their own. */
export const REFUSED = "mqtt_refused_total";

/** Everything that the broker counts, and where else it is told. */
export function BrokerFigures({ broker }: { readonly broker: Broker }) {
  return (
    <Card title="All figures" meta="Counted since the server started" flush>
      <Table
        label="All figures"
        rows={broker.figures.flatMap(rowsOf)}
        rowKey={({ topic }) => topic}
        columns={COLUMNS}
      />
    </Card>
  );
}

/** Why something was counted, in words. */
export function wordsOf({ gauge }: BrokerFigure, row: BrokerFigure["rows"][number]): string {
  return gauge === REFUSED ? rejectionHelp(row.label).title : row.says;
}

export function FigureValue({ unit, value }: Pick<BrokerFigure, "unit" | "value">) {
  if (unit === "bytes") return <Figure {...formatBytes(value)} />;
  return <span className="num">{formatNumber(value, 0)}</span>;
}

function rowsOf(figure: BrokerFigure): Row[] {
  const { says, unit, value, gauge, topic, rows } = figure;
  const all = { says, unit, value, metric: `fieldline_${gauge}`, topic: `$SYS/broker/${topic}` };
  const each = rows.map((row) => {
    const words = `${says}: ${wordsOf(figure, row)}`;
    return { ...all, says: words, value: row.value, topic: `${all.topic}/${row.label}` };
  });
  return [all, ...each];
}

const COLUMNS: readonly Column<Row>[] = [
  { head: "Figure", grow: true, cell: ({ says }) => says },
  { head: "Value", align: "right", cell: (row) => <FigureValue {...row} /> },
  { head: "At /metrics", wide: true, cell: ({ metric }) => <code>{metric}</code> },
  { head: "In $SYS", wide: true, cell: ({ topic }) => <code>{topic}</code> },
];
