import { type FormEvent, type ReactNode, useId, useState } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./field.tsx";

type TypedConfirmProps = {
  readonly title: string;
  readonly verb: string;
  /** Has to be typed: nobody does this by a click too many. */
  readonly word: string;
  readonly open: boolean;
  readonly busy?: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  /** What will happen, in a sentence. */
  readonly children: ReactNode;
};

/** For what others feel at once and nobody can take back. */
export function TypedConfirm(props: TypedConfirmProps) {
  const { title, verb, word, open, busy = false, onClose, onConfirm, children } = props;
  const [typed, setTyped] = useState("");
  const form = useId();
  const close = () => {
    setTyped("");
    onClose();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (typed === word) onConfirm();
  };
  return (
    <Dialog
      title={title}
      open={open}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" form={form} kind="danger" busy={busy} disabled={typed !== word}>
            {verb}
          </Button>
        </>
      }
    >
      {children}
      <form id={form} onSubmit={onSubmit}>
        <TextField
          label={`Type ${word} to go on`}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </form>
    </Dialog>
  );
}
