import type { Driver } from "./driver.ts";

/** Every protocol the house speaks. A new driver adds its folder and its line here. */
export const drivers: readonly Driver[] = [];
