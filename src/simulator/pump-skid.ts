import type { DeviceAddress } from "../domain/brand.ts";
import type { PeriodicDevice } from "./periodic.ts";
import type { PumpModel } from "./pump-model.ts";

/** A pump skid behind a SCorp-io edge. */
export function pumpSkid(device: DeviceAddress, model: PumpModel, everyMs: number): PeriodicDevice {
  return {
    device,
    everyMs,
    read: (t) => {
      const state = model.at(t);
      return {
        "Pump speed": rounded(state.speed, 1),
        Flow: rounded(state.flow, 1),
        Pressure: rounded(state.pressure, 2),
        "Motor temperature": rounded(state.temperature, 1),
        Vibration: rounded(state.vibration, 2),
        "Valve position": rounded(state.valve, 1),
        Running: state.running,
        State: state.state,
      };
    },
  };
}

function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}
