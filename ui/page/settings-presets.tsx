import { formatCount } from "../format.ts";
import { Button } from "../part/button.tsx";
import type { FormParameters, FormValues } from "../schema-form.ts";
import { SETTINGS_PRESETS, type Traffic, trafficOf, withTimes } from "../sensor-settings.ts";

type SettingsPresetsProps = {
  readonly values: FormValues;
  readonly parameters: FormParameters;
  readonly onChange: (values: FormValues) => void;
};

/** Starting points for the times of all sensors at once, and what they cost the mesh. */
export function SettingsPresets({ values, parameters, onChange }: SettingsPresetsProps) {
  return (
    <div className="settings-presets">
      <div className="row wrap">
        {SETTINGS_PRESETS.map((preset) => (
          <Button
            key={preset.name}
            title={preset.why}
            onClick={() => onChange(withTimes(values, preset))}
          >
            {preset.name}
          </Button>
        ))}
      </div>
      <p className="dim num">{trafficWords(trafficOf(parameters))}</p>
    </div>
  );
}

function trafficWords({ calm, busy }: Traffic): string {
  const most = Number.isFinite(busy) ? `at most ${formatCount(busy, "message")}` : "no upper limit";
  return `${formatCount(calm, "message")} a day while nothing changes, ${most}; occupancy besides.`;
}
