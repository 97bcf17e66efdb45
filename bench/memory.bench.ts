import { House } from "../test/house.ts";
import {
  highestMegabytes,
  median,
  optionsOf,
  printTable,
  residentMegabytes,
  rounded,
} from "./measure.ts";

/**
 * Memory of the whole server with the demo plant in it: while it makes the plant's past up, while
 * somebody signs in (a password's hash takes 64 MiB for a moment), and when it has run for a minute.
 */
const options = optionsOf({ rounds: 1, seconds: 60 });

const rounds: { built: number; highest: number; end: number }[] = [];
for (let round = 0; round < options.rounds; round += 1) {
  const house = await House.open(["--demo"]);
  const built = highestMegabytes(house.pid);
  await house.signIn();
  const end = performance.now() + options.seconds * 1000;
  while (performance.now() < end) {
    // A person looks now and then, as one does.
    await house.call("GET", "/overview");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  rounds.push({
    built,
    highest: highestMegabytes(house.pid),
    end: residentMegabytes(house.pid),
  });
  if (round === options.rounds - 1) await describe(house);
  await house.close();
}
const of = (key: keyof (typeof rounds)[number]) => {
  return rounded(median(rounds.map((one) => one[key])));
};
printTable([
  {
    "server with the demo plant": "RSS, MB",
    "highest until it is open": of("built"),
    "highest with the first sign-in": of("highest"),
    [`after ${options.seconds} s`]: of("end"),
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
