const POLICY = { "report-time": 900, "dead-time": 300 };

/** Settings of a viaSens node: the specification's own example, but for how long presence holds. */
export function settingsOf(holdTime: number) {
  return {
    temperature: { emissivity: 90, source: 0, "ntc-offset": 0, cov: 0.2, ...POLICY },
    occupancy: { "hold-time": holdTime, sensitivity: 2, mode: 0 },
    humid: { cov: 5, ...POLICY },
    voc: { cov: 30, ...POLICY },
    co2: { cov: 50, ...POLICY },
    illuminance: { slope: 1, intercept: 0, cov: 50, ...POLICY },
    microphone: { "ceiling-type": 0, cov: 5, ...POLICY },
    ibeacon: { "tx-power": 4 },
  };
}
