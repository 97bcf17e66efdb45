import { DATA_TYPES, type DataType } from "../../src/domain/catalogue.ts";
import type { AdoptedVariable } from "../adoption.ts";
import { formatName } from "../format.ts";

type InboxVariablesProps = {
  readonly variables: readonly AdoptedVariable[];
  readonly onEdit: (channel: string, change: Partial<AdoptedVariable>) => void;
};

/** A row for each value: whether to keep it, and as what. */
export function InboxVariables({ variables, onEdit }: InboxVariablesProps) {
  return (
    <div className="inbox-variables">
      <table aria-label="Values to keep">
        <thead>
          <tr>
            <th scope="col">Keep</th>
            <th scope="col">Channel</th>
            <th scope="col">Name</th>
            <th scope="col">Unit</th>
            <th scope="col">Type</th>
          </tr>
        </thead>
        <tbody>
          {variables.map((variable) => (
            <VariableRow
              key={variable.channel}
              variable={variable}
              onEdit={(change) => onEdit(variable.channel, change)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type VariableRowProps = {
  readonly variable: AdoptedVariable;
  readonly onEdit: (change: Partial<AdoptedVariable>) => void;
};

function VariableRow({ variable, onEdit }: VariableRowProps) {
  const { channel, isIncluded, name, unit, dataType } = variable;
  const disabled = !isIncluded;
  return (
    <tr data-left-out={disabled || undefined}>
      <td>
        <input
          type="checkbox"
          checked={isIncluded}
          aria-label={`Keep ${channel}`}
          onChange={(event) => onEdit({ isIncluded: event.target.checked })}
        />
      </td>
      <td>
        <code className="hint">{channel}</code>
      </td>
      <td>
        <input
          className="input"
          value={name}
          disabled={disabled}
          aria-label={`Name of ${channel}`}
          onChange={(event) => onEdit({ name: event.target.value })}
        />
      </td>
      <td>
        <input
          className="input inbox-unit"
          value={unit}
          disabled={disabled}
          aria-label={`Unit of ${channel}`}
          onChange={(event) => onEdit({ unit: event.target.value })}
        />
      </td>
      <td>
        <select
          className="input"
          value={dataType}
          disabled={disabled}
          aria-label={`Type of ${channel}`}
          onChange={(event) => onEdit({ dataType: event.target.value as DataType })}
        >
          {DATA_TYPES.map((type) => (
            <option key={type} value={type}>
              {formatName(type)}
            </option>
          ))}
        </select>
      </td>
    </tr>
  );
}
