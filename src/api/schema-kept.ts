import { Type } from "typebox";
import { LIMIT } from "../domain/limit.ts";
import { nullable } from "./schema.ts";

const Days = nullable(Type.Integer({ minimum: 1, maximum: LIMIT.keptDays }));
/** Days, each from the samples' own time; null: for good. */
export const RetentionSchema = Type.Object({
  rawDays: Days,
  hourlyDays: Days,
  dailyDays: Days,
});
export const KeptSchema = Type.Object({ own: nullable(RetentionSchema), house: RetentionSchema });
