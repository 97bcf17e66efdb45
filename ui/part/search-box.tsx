import { Search } from "lucide-react";
import type { ReactNode } from "react";
import "./field.css";
import "./search-box.css";

type SearchBoxProps = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
};

/** Narrows a list down while somebody types. */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  return (
    <label className="search-box">
      <span className="spoken">{label}</span>
      <Search size={15} aria-hidden />
      <input
        type="search"
        className="input"
        value={value}
        placeholder={label}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

/** What narrows a list down, in one line above it. */
export function Filters({ children }: { readonly children: ReactNode }) {
  return <search className="filters">{children}</search>;
}
