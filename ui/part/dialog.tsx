import { lazy, type ReactNode, Suspense, useState } from "react";
import { Button } from "./button.tsx";

export type DialogProps = {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  /** The buttons below, the next step last. */
  readonly actions?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
};

const DialogBox = lazy(() =>
  import("./dialog-box.tsx").then(({ DialogBox }) => ({ default: DialogBox })),
);

/** A question or a form above the page. It costs the first page nothing. */
export function Dialog(props: DialogProps) {
  const [hasOpened, setOpened] = useState(props.open);
  if (props.open && !hasOpened) setOpened(true);
  if (!hasOpened) return null;
  return (
    <Suspense>
      <DialogBox {...props} />
    </Suspense>
  );
}

type ConfirmProps = {
  readonly title: string;
  /** What will happen, in a sentence. */
  readonly children: ReactNode;
  /** The verb on the button. */
  readonly verb: string;
  readonly open: boolean;
  readonly busy?: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
};

/** For what cannot be taken back. */
export function Confirm(props: ConfirmProps) {
  const { title, children, verb, open, busy = false, onClose, onConfirm } = props;
  return (
    <Dialog
      title={title}
      open={open}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" busy={busy} onClick={onConfirm}>
            {verb}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
