import type { DeviceAddress } from "../domain/brand.ts";
import type { Reading } from "../domain/findings.ts";
import { HOUR_MS, MINUTE_MS, type Site } from "./calendar.ts";
import { mindsphereMeter, scorpIoMeter } from "./energy-meter.ts";
import type { DeviceReport, Installation, SimulatedAgent } from "./installation.ts";
import { MeterModel } from "./meter-model.ts";
import { FACTORY_SETTINGS, type NodeSettings, settingsAfter } from "./node-settings.ts";
import { PeriodicInstallation } from "./periodic.ts";
import {
  ENERGY_VARIABLES,
  METER_VARIABLES,
  type PlantVariable,
  PUMP_VARIABLES,
} from "./plant-variables.ts";
import { PumpModel } from "./pump-model.ts";
import { pumpSkid } from "./pump-skid.ts";
import type { Room } from "./room-model.ts";
import { SensorNetwork } from "./sensor-network.ts";
import { Climate } from "./weather.ts";

type PlantDevice = {
  readonly driver: string;
  readonly address: DeviceAddress;
  /** Empty where the driver's own catalogue says it all. */
  readonly variables: readonly PlantVariable[];
};

type PlantAsset = {
  readonly reference: string;
  /** The reference of the asset that it is part of; null for the site. */
  readonly parent: string | null;
  readonly name: string;
  readonly description: string;
  /** The device that speaks for it. */
  readonly device: PlantDevice | null;
};

export type Plant = {
  /** Parents before their parts. */
  readonly assets: readonly PlantAsset[];
  readonly agents: readonly SimulatedAgent[];
  /** The plant from `startAt` on, for `simulate`. */
  installations(startAt: number): readonly Installation[];
  /** What it would have reported from `from` up to `to`, an hour and a connection at a time. */
  history(from: number, to: number): Generator<HistoryBatch>;
};

type HistoryBatch = {
  readonly agent: SimulatedAgent;
  readonly driver: string;
  readonly readings: readonly Reading[];
};

/** How often meters and pumps report; sensor nodes have their policy. */
type Pace = { readonly meterMs: number; readonly pumpMs: number };

/** Screens should move while somebody looks; a minute is enough for what is past. */
const LIVE: Pace = { meterMs: 20_000, pumpMs: 5_000 };
const PAST: Pace = { meterMs: MINUTE_MS, pumpMs: MINUTE_MS };

const NETWORK = "harbour";
/** Its model was declared when it was put in: here it would only be declared a second time. */
const SUPPLY = { tenant: "harbour", name: "energy_gateway_1", number: null };
const EDGE: SimulatedAgent = {
  kind: "scorp-io",
  tenant: "harbour",
  name: "utilities",
  clientId: "harbour-utilities",
};
const PACKING_METER = `${EDGE.tenant}/${EDGE.name}/70B3D51B6000A4C1` as DeviceAddress;
const PUMP = `${EDGE.tenant}/${EDGE.name}/P-101` as DeviceAddress;
const INSTALLED_AT = Date.UTC(2024, 0, 8);

type PlantRoom = Room & { readonly name: string; readonly parent: string };

/** Node addresses are the places in this list, from 1. */
const ROOMS: readonly PlantRoom[] = [
  office("R 101", { seats: 3, volumeM3: 74, airChanges: 2.2, windows: 0.7 }),
  office("R 102", { seats: 2, volumeM3: 48, airChanges: 2, windows: 0.6 }),
  office("R 103", { seats: 4, volumeM3: 92, airChanges: 2.1, windows: 0.5 }),
  // Too many desks for its ventilation: the room that somebody should look at.
  office("R 104", { seats: 6, volumeM3: 78, airChanges: 1.1, windows: 0.8 }),
  {
    ...office("R 105 Meeting", { seats: 9, volumeM3: 88, airChanges: 2.6, windows: 0.4 }),
    use: "meeting",
  },
  {
    ...office("Canteen", { seats: 24, volumeM3: 260, airChanges: 3.2, windows: 0.9 }),
    use: "canteen",
  },
  {
    ...office("Reception", { seats: 2, volumeM3: 120, airChanges: 1.8, windows: 1 }),
    use: "reception",
  },
  hall("Workshop", "workshop", { seats: 5, volumeM3: 900, airChanges: 1.6, windows: 0.3 }),
  hall("Packing hall north", "packing", {
    seats: 9,
    volumeM3: 2_400,
    airChanges: 1.4,
    windows: 0.25,
  }),
  hall("Packing hall south", "packing", {
    seats: 7,
    volumeM3: 2_200,
    airChanges: 1.4,
    windows: 0.35,
  }),
  hall("Warehouse", "packing", { seats: 3, volumeM3: 5_200, airChanges: 0.8, windows: 0.15 }),
  {
    ...hall("Pump house", "utilities", { seats: 1, volumeM3: 140, airChanges: 2, windows: 0.1 }),
    use: "technical",
  },
];

/** Livelier than the factory settings, and still calm for a mesh. */
const NODE_SETTINGS: NodeSettings = settingsAfter(FACTORY_SETTINGS, {
  temperature: { cov: 0.15, "report-time": 600, "dead-time": 60 },
  occupancy: { "hold-time": 60 },
  humid: { cov: 2, "report-time": 600, "dead-time": 60 },
  voc: { cov: 12, "report-time": 600, "dead-time": 60 },
  co2: { cov: 25, "report-time": 600, "dead-time": 60 },
  illuminance: { cov: 60, "report-time": 600, "dead-time": 60 },
  microphone: { cov: 6, "report-time": 600, "dead-time": 60 },
});

/** Harbour Works: offices, packing halls, a workshop and utilities, to look around in. */
export function harbourWorks(site: Site): Plant {
  const models = modelsOf(site);
  return {
    assets: assetsOf(),
    agents: installationsOf(site, models, 0, LIVE).map(({ agent }) => agent),
    installations: (startAt) => installationsOf(site, models, startAt, LIVE),
    history: (from, to) => history(installationsOf(site, models, from, PAST), from, to),
  };
}

type Models = {
  readonly supply: MeterModel;
  readonly packing: MeterModel;
  readonly pump: PumpModel;
};

function modelsOf(site: Site): Models {
  const load = { installedAt: INSTALLED_AT, powerFactor: 0.93 };
  return {
    supply: new MeterModel(
      { ...load, base: 9_500, working: 62_000, hours: [5.4, 22], saturday: true },
      site,
      site.seed + 1,
    ),
    packing: new MeterModel(
      { ...load, base: 2_100, working: 21_000, hours: [5.8, 21.8], saturday: true },
      site,
      site.seed + 2,
    ),
    pump: new PumpModel(new Climate(site), site.seed + 3),
  };
}

function installationsOf(site: Site, models: Models, startAt: number, pace: Pace): Installation[] {
  const everyMs = pace.meterMs;
  const supply = { ...SUPPLY, model: models.supply, seed: site.seed + 1, everyMs, startAt };
  const more = (t: number) => ({ activePower: kilowatts(models.supply, t) });
  const packing = { model: models.packing, seed: site.seed + 2, everyMs };
  return [
    new SensorNetwork({
      network: NETWORK,
      rooms: ROOMS,
      site,
      bootAt: startAt,
      settings: NODE_SETTINGS,
      faultsPerDay: 0.1,
    }),
    mindsphereMeter({ ...supply, more }),
    new PeriodicInstallation({
      agent: EDGE,
      driver: "scorp-io",
      devices: [scorpIoMeter(PACKING_METER, packing), pumpSkid(PUMP, models.pump, pace.pumpMs)],
      startAt,
    }),
  ];
}

function* history(
  installations: readonly Installation[],
  from: number,
  to: number,
): Generator<HistoryBatch> {
  for (let hour = from; hour < to; hour += HOUR_MS) {
    for (const installation of installations) {
      const { agent, driver } = installation;
      // What falls on `to` itself is the live simulation's.
      const reports = installation.advance(Math.min(hour + HOUR_MS, to) - 1);
      yield { agent, driver, readings: reports.flatMap(readingsOf) };
    }
  }
}

function kilowatts(meter: MeterModel, t: number): number {
  const watts = meter.at(t, 0).power + meter.at(t, 1).power + meter.at(t, 2).power;
  return Math.round(watts / 100) / 10;
}

function readingsOf({ device, readings }: DeviceReport): Reading[] {
  return readings.map(({ channel, at, value, quality }) => ({
    device,
    channel: channel as Reading["channel"],
    at,
    isArrival: false,
    isPast: false,
    isLate: false,
    value,
    quality,
    word: 0,
  }));
}

function assetsOf(): PlantAsset[] {
  const place = (reference: string, name: string, description: string): PlantAsset => ({
    reference,
    parent: reference === "site" ? null : "site",
    name,
    description,
    device: null,
  });
  const rooms = ROOMS.map(
    ({ name, parent }, index): PlantAsset => ({
      reference: `node-${index + 1}`,
      parent,
      name,
      description: `viaSens node ${index + 1}`,
      device: deviceOf("viasens", `${NETWORK}/${index + 1}`, []),
    }),
  );
  const supply = `${SUPPLY.tenant}/${SUPPLY.tenant}_${SUPPLY.name}`;
  const machine = (reference: string, name: string, device: PlantDevice): PlantAsset => ({
    reference,
    parent: "utilities",
    name,
    description: "",
    device,
  });
  return [
    place("site", "Harbour Works", "The demo plant: everything in it is simulated."),
    place("office", "Office", "Four offices, a meeting room, the canteen and the reception"),
    place("packing", "Packing", "Two packing halls and the warehouse"),
    place("workshop", "Maintenance", "The workshop"),
    place("utilities", "Utilities", "Power, water and the pump house"),
    ...rooms,
    machine("supply", "Main supply", deviceOf("mindsphere", supply, ENERGY_VARIABLES)),
    machine(
      "packing-supply",
      "Packing supply",
      deviceOf("scorp-io", PACKING_METER, METER_VARIABLES),
    ),
    machine("pump", "Pump P-101", deviceOf("scorp-io", PUMP, PUMP_VARIABLES)),
  ];
}

function deviceOf(
  driver: string,
  address: string,
  variables: readonly PlantVariable[],
): PlantDevice {
  return { driver, address: address as DeviceAddress, variables };
}

type Shape = Omit<Room, "use">;

function office(name: string, shape: Shape): PlantRoom {
  return { name, parent: "office", use: "office", ...shape };
}

function hall(name: string, parent: string, shape: Shape): PlantRoom {
  return { name, parent, use: "hall", ...shape };
}
