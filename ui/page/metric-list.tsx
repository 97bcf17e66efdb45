import { useState } from "react";
import type { DeviceReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { type Metric, matching } from "../metric-form.ts";
import { PointFigure } from "../part/figure.tsx";
import { SearchBox } from "../part/search-box.tsx";
import { Table } from "../part/table.tsx";
import { channelPoint } from "./channel-table.tsx";

/** More than these nobody reads: a search finds the others. */
const SHOWN = 100;

type MetricListProps = {
  readonly device: DeviceReply;
  readonly metrics: readonly Metric[];
  /** The name of the one that is chosen. */
  readonly chosen: string;
  readonly onChoose: (metric: Metric) => void;
};

/** What a device was born with and may be written, to choose from. */
export function MetricList({ device, metrics, chosen, onChoose }: MetricListProps) {
  const [search, setSearch] = useState("");
  const found = matching(metrics, search);
  return (
    <div className="metric-list">
      <SearchBox label="Search its metrics" value={search} onChange={setSearch} />
      <div className="metric-rows">
        <Table
          label={`Metrics of ${device.name}`}
          rows={found.slice(0, SHOWN)}
          rowKey={({ name }) => name}
          columns={[
            {
              head: "Metric",
              cell: (metric) => (
                <Choice
                  metric={metric}
                  isChosen={metric.name === chosen}
                  onChoose={() => onChoose(metric)}
                />
              ),
            },
            { head: "Type", wide: true, grow: true, cell: ({ form }) => form },
            {
              head: "Now",
              align: "right",
              cell: (metric) => <PointFigure point={channelPoint(device, metric)} />,
            },
          ]}
        />
      </div>
      <p className="hint" role="status">
        {foundWords(found.length)}
      </p>
    </div>
  );
}

type MetricNowProps = { readonly device: DeviceReply; readonly metric: Metric };

/** What is about to be replaced. */
export function MetricNow({ device, metric }: MetricNowProps) {
  return (
    <>
      {metric.name} is <PointFigure point={channelPoint(device, metric)} /> now.
    </>
  );
}

type ChoiceProps = {
  readonly metric: Metric;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
};

function Choice({ metric: { name, form }, isChosen, onChoose }: ChoiceProps) {
  return (
    <>
      <button type="button" className="link" aria-pressed={isChosen} onClick={onChoose}>
        {name}
      </button>
      <span className="hint below slim">{form}</span>
    </>
  );
}

function foundWords(count: number): string {
  if (count === 0) return "None has these words. A metric may also be named below.";
  if (count > SHOWN)
    return `The first ${SHOWN} of ${formatCount(count, "metric")}: search the rest.`;
  return `${formatCount(count, "metric")}. Choose one, or name another below.`;
}
