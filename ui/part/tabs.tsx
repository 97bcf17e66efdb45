import { Tabs as BaseTabs } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import "./tabs.css";

export type Tab = {
  readonly id: string;
  readonly label: string;
  readonly content: ReactNode;
};

type TabsProps = {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly open: string;
  readonly onOpen: (id: string) => void;
};

export function Tabs({ label, tabs, open, onOpen }: TabsProps) {
  return (
    <BaseTabs.Root className="tabs" value={open} onValueChange={(id) => onOpen(String(id))}>
      <BaseTabs.List className="tabs-list" aria-label={label}>
        {tabs.map(({ id, label }) => (
          <BaseTabs.Tab key={id} value={id} className="tab">
            {label}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      {tabs.map(({ id, content }) => (
        <BaseTabs.Panel key={id} value={id} className="tab-panel">
          {content}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}

type ChoiceProps<T extends string> = {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  /** Null: none of them is so. */
  readonly value: T | null;
  readonly onChange: (value: T) => void;
};

/** One of a few, all in sight: ranges, filters. */
export function Choice<T extends string>({ label, options, value, onChange }: ChoiceProps<T>) {
  return (
    <fieldset className="choice">
      <legend className="spoken">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
