import { House } from "../test/house.ts";
import { median, optionsOf, printTable, residentMegabytes, rounded } from "./measure.ts";

/** Memory of the whole server with the demo plant in it, when it has run for a minute. */
const options = optionsOf({ rounds: 1, seconds: 60 });

const rounds: { start: number; end: number; peak: number }[] = [];
for (let round = 0; round < options.rounds; round += 1) {
  const house = await (await House.open(["--demo"])).signIn();
  const start = residentMegabytes(house.pid);
  let peak = start;
  const end = performance.now() + options.seconds * 1000;
  while (performance.now() < end) {
    // A person looks now and then, as one does.
    await house.call("GET", "/overview");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    peak = Math.max(peak, residentMegabytes(house.pid));
  }
  rounds.push({ start, end: residentMegabytes(house.pid), peak });
  if (round === options.rounds - 1) await describe(house);
  await house.close();
}
const of = (key: "start" | "end" | "peak") => rounded(median(rounds.map((one) => one[key])));
printTable([
  {
    "server with the demo plant": "RSS, MB",
    "when it is open": of("start"),
    [`after ${options.seconds} s`]: of("end"),
    highest: of("peak"),
  },
]);

/** What is in the house, so that the figure means something. */
async function describe(house: House): Promise<void> {
  const { devices, points, agents, samplesStored, bytesOnDisk } = await house.call(
    "GET",
    "/overview",
  );
  const megabytes = rounded(bytesOnDisk / 1e6);
  console.log(
    `${devices} devices of ${agents} agents, ${points} points, ${samplesStored} samples, ` +
      `${megabytes} MB of history on disk\n`,
  );
}
