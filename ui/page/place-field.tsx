import { useState } from "react";
import { placesIn } from "../adoption.ts";
import { formatNumber } from "../format.ts";
import { SelectField, TextField } from "../part/field.tsx";
import { useReply } from "../query.ts";
import { useSettled } from "../use-settled.ts";

/** Above this nobody reads a list: a few letters find the place. */
const PLACES_MAX = 200;

type PlaceFieldProps = {
  readonly label: string;
  /** The asset's id; "" is `none`. */
  readonly value: string;
  readonly onChange: (id: string) => void;
  /** What is chosen where no asset is. */
  readonly none: string;
};

/** A place in the plant. A plant that is not read at once is searched by the server. */
export function PlaceField({ label, value, onChange, none }: PlaceFieldProps) {
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null);
  const search = useSettled(typed.trim());
  const first = useReply("GET /assets", { query: { limit: PLACES_MAX } });
  const isLarge = (first.data?.next ?? null) !== null;
  const isSearched = isLarge && search !== "";
  const asked = { query: { limit: PLACES_MAX, search } };
  const found = useReply("GET /assets", asked, { when: isSearched, keep: true });
  const assets = (isSearched ? found : first).data?.items ?? [];
  const places = isLarge
    ? assets.map(({ id, path }) => ({ value: id, label: path }))
    : placesIn(assets);
  const isShown = value === "" || places.some((place) => place.value === value);
  const options = [{ value: "", label: none }, ...(isShown || !chosen ? [] : [chosen]), ...places];
  const choose = (id: string) => {
    setChosen(options.find((option) => option.value === id) ?? null);
    onChange(id);
  };
  return (
    <>
      {isLarge && (
        <TextField
          label="Find a place"
          value={typed}
          onChange={setTyped}
          hint={`The plant has ${formatNumber(first.data?.total ?? 0, 0)} of them.`}
          autoComplete="off"
        />
      )}
      <SelectField label={label} value={value} onChange={choose} options={options} />
    </>
  );
}
