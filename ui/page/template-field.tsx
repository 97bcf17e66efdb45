import type { TemplateReply } from "../../src/api/contract.ts";
import { SelectField } from "../part/field.tsx";

type TemplateFieldProps = {
  readonly label: string;
  readonly hint?: string;
  readonly templates: readonly TemplateReply[];
  /** Empty: none. */
  readonly value: string;
  readonly onChange: (templateId: string) => void;
};

/** Which template holds here, or none. */
export function TemplateField({ templates, ...field }: TemplateFieldProps) {
  return (
    <div className="meant-template">
      <SelectField
        {...field}
        options={[
          { value: "", label: "None" },
          ...templates.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
    </div>
  );
}
