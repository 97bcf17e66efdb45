import type { DeviceAddress } from "../../domain/brand.ts";
import { problem } from "../../domain/problem.ts";
import { encodeJson } from "../../lib/json.ts";
import { failure } from "../../lib/outcome.ts";
import type { Twin } from "../driver.ts";
import { writable } from "../value.ts";

/** A device that publishes an object of all its values under its own topic, with the time. */
export function twin(device: DeviceAddress): Twin {
  return {
    emit(readings) {
      return [...new Set(readings.map(({ at }) => at))].map((time) => {
        const own = readings.filter(({ at }) => at === time);
        const values = own.map(({ channel, value }) => [channel, writable(value)] as const);
        const body = { timestamp: time, ...Object.fromEntries(values) };
        return { topic: device, payload: encodeJson(body), qos: 1 as const };
      });
    },

    obey(message) {
      return failure(problem("command_unknown", message.topic));
    },
  };
}
