import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button, IconButton } from "./button.tsx";
import "./dialog.css";

type DialogProps = {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  /** The buttons below, the next step last. */
  readonly actions?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
};

export function Dialog({ title, open, onClose, actions, wide = false, children }: DialogProps) {
  return (
    <BaseDialog.Root open={open} onOpenChange={(opened) => !opened && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="dialog-backdrop" />
        <BaseDialog.Popup className={wide ? "dialog wide" : "dialog"}>
          <header className="dialog-head">
            <BaseDialog.Title>{title}</BaseDialog.Title>
            <IconButton label="Close" icon={X} onClick={onClose} />
          </header>
          <div className="dialog-body">{children}</div>
          {actions && <footer className="dialog-foot">{actions}</footer>}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
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
