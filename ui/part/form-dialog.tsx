import { type FormEvent, type ReactNode, useId } from "react";
import type { ProblemError } from "../api.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { ProblemNote } from "./empty.tsx";

type FormDialogProps = {
  readonly title: string;
  /** The verb on the button. */
  readonly verb: string;
  readonly busy: boolean;
  readonly problem: ProblemError | null;
  /** False: something is missing still. */
  readonly isReady?: boolean;
  /** Above the other buttons, and apart from them: to remove what is edited. */
  readonly aside?: ReactNode;
  /** True: the fields stand side by side, and say themselves what is wrong. */
  readonly isGrid?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  /** The fields. */
  readonly children: ReactNode;
};

/** A form above the page: its fields, what went wrong, and the two ways out of it. */
export function FormDialog(props: FormDialogProps) {
  const { title, verb, busy, problem, isReady = true, aside, isGrid = false } = props;
  const form = useId();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    props.onSubmit();
  };
  return (
    <Dialog
      title={title}
      open
      onClose={props.onClose}
      actions={
        <>
          {aside}
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" form={form} kind="primary" busy={busy} disabled={!isReady}>
            {verb}
          </Button>
        </>
      }
    >
      <ProblemNote problem={problem} />
      <form
        id={form}
        className={isGrid ? "form-grid" : "stack"}
        onSubmit={onSubmit}
        noValidate={isGrid}
      >
        {props.children}
      </form>
    </Dialog>
  );
}
