import { rightsOf } from "../domain/agent.ts";
import type { DeviceAddress } from "../domain/brand.ts";
import { draws } from "../lib/chance.ts";
import { encodeJson, type Json } from "../lib/json.ts";
import { MINUTE_MS } from "./calendar.ts";
import { NO_OPENING, type Opening, type SimulatedAgent } from "./installation.ts";
import type { MeterModel } from "./meter-model.ts";
import { type PeriodicDevice, PeriodicInstallation } from "./periodic.ts";

/** "every 10 minutes": the wireless meter of the energy-meter example lives on a battery. */
const METER_MS = 10 * MINUTE_MS;
const PHASES = [0, 1, 2] as const;

type MeterOptions = {
  readonly model: MeterModel;
  readonly seed: number;
  readonly everyMs: number;
};

type AgentOptions = MeterOptions & {
  readonly tenant: string;
  readonly name: string;
  /** Tells models of one tenant apart; null where the model was declared long ago. */
  readonly number: number | null;
  readonly startAt: number;
  /** What this meter tells besides. */
  readonly more?: PeriodicDevice["read"];
};

/** The energy meter of the example, as a MindSphere agent: it declares its model, then sends. */
export function mindsphereMeter(options: AgentOptions): PeriodicInstallation {
  const { tenant, name, number, startAt, everyMs } = options;
  const clientId = `${tenant}_${name}`;
  const agent: SimulatedAgent = { kind: "mindsphere", tenant, name, clientId };
  const device = `${tenant}/${clientId}` as DeviceAddress;
  const read = (t: number) => ({ ...mindsphereValues(t, options), ...options.more?.(t) });
  return new PeriodicInstallation({
    agent,
    driver: "mindsphere",
    devices: [{ device, everyMs, read }],
    startAt,
    opening: openingOf(agent, number),
  });
}

/** The same meter behind a SCorp-io edge: a frame of all phases, and a button. */
export function scorpIoMeter(device: DeviceAddress, options: MeterOptions): PeriodicDevice {
  const read = (t: number) => scorpIoValues(t, options);
  return { device, everyMs: options.everyMs, read };
}

function mindsphereValues(t: number, { model, seed }: MeterOptions) {
  const phases = PHASES.map((phase) => model.at(t, phase));
  const sum = (pick: (index: (typeof phases)[number]) => number) =>
    Math.floor(phases.reduce((total, phase) => total + pick(phase), 0));
  return {
    realEnergy: sum((phase) => phase.activeEnergy),
    apparentEnergy: sum((phase) => phase.apparentEnergy),
    validEnergy: true,
    dataPoint4: signal(t, seed),
  };
}

function scorpIoValues(t: number, { model, seed }: MeterOptions) {
  const values: Record<string, number | boolean> = {};
  for (const phase of PHASES) {
    const state = model.at(t, phase);
    values[`Énergie apparente/Phase ${phase + 1}`] = Math.floor(state.apparentEnergy);
    values[`Énergie active/Phase ${phase + 1}`] = Math.floor(state.activeEnergy);
    values[`Intensité/Phase ${phase + 1}`] = Math.round(state.current * 1_000);
    values[`Tension/Phase ${phase + 1}`] = Math.round(state.voltage);
  }
  return {
    ...values,
    "Force du signal radio DASH7": signal(t, seed),
    "Bouton pressé": draws(seed, 151)(Math.floor(t / METER_MS), 0) < 0.01,
    "État de la liaison Modbus - DASH7": true,
  };
}

/** dB of link budget. */
function signal(t: number, seed: number): number {
  return 84 + Math.floor(7 * draws(seed, 150)(Math.floor(t / METER_MS), 0));
}

/** The four steps of the example: model, subscribe, instantiate, and then the time series. */
function openingOf(agent: SimulatedAgent, number: number | null): Opening {
  const { tenant, clientId } = agent;
  const subscriptions = rightsOf({ ...agent, grant: null }).subscribe;
  if (number === null) return { ...NO_OPENING, subscriptions };
  const topic = (last: string) => `tc/${tenant}/${clientId}/o/${last}`;
  const message = (last: string, json: Json) => ({ topic: topic(last), payload: encodeJson(json) });
  const name = `energy_${number}`;
  const externalId = `Energy_${number}`;
  return {
    beforeSubscribing: [
      message("amo_v3/m", { id: "12314", data: { externalId, ...modelOf(tenant, name) } }),
    ],
    subscriptions,
    afterSubscribing: [
      message("amo_v3/i", {
        id: `${externalId}_DeviceInstantiationRequest`,
        data: { modelExternalId: externalId, parameterization: { values: [] } },
      }),
    ],
    will: null,
  };
}

function modelOf(tenant: string, name: string): Record<string, Json> {
  const variable = (variableName: string, dataType: string, unit?: string) => ({
    name: variableName,
    dataType,
    ...(unit && { unit }),
    searchable: true,
    qualityCode: true,
  });
  const aspectTypeId = `${tenant}.${name}_AspectType`;
  const typeId = `${tenant}.${name}_AssetType`;
  const aspectName = `${name}_Aspect`;
  const assetReferenceId = `${name}_AssetReference`;
  const mapping = (dataPointId: string, variableName: string) => ({
    dataPointId,
    assetReferenceId,
    aspectName,
    variableName,
  });
  return {
    typeModel: {
      aspectTypes: [
        {
          id: aspectTypeId,
          name: `${name}_AspectType`,
          category: "dynamic",
          scope: "private",
          variables: [
            variable("realEnergy", "LONG", "Wh"),
            variable("apparentEnergy", "LONG", "VAh"),
            variable("validEnergy", "BOOLEAN"),
            variable("linkBudget", "INT"),
          ],
          description: `measured ${name}`,
        },
      ],
      assetTypes: [
        {
          id: typeId,
          name: `${name}_AssetType`,
          parentTypeId: "core.basicasset",
          aspects: [{ name: aspectName, aspectTypeId }],
          description: "Asset Type with energy measured",
          instantiable: true,
          scope: "private",
        },
      ],
    },
    instanceModel: {
      assets: [
        {
          referenceId: assetReferenceId,
          parentReferenceId: "root",
          typeId,
          name: `${name}_Asset`,
          description: "Asset with energy measured",
        },
      ],
    },
    mappingModel: {
      mappings: [
        mapping("realEnergy", "realEnergy"),
        mapping("apparentEnergy", "apparentEnergy"),
        mapping("validEnergy", "validEnergy"),
        mapping("dataPoint4", "linkBudget"),
      ],
    },
  };
}
