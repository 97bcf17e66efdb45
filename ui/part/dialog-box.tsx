import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { IconButton } from "./button.tsx";
import type { DialogProps } from "./dialog.tsx";
import "./dialog.css";

/** What `Dialog` draws; loaded when the first one opens. */
export function DialogBox({ title, open, onClose, actions, wide = false, children }: DialogProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(opened) => !opened && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="dialog-backdrop" />
        <Dialog.Popup className={wide ? "dialog wide" : "dialog"}>
          <header className="dialog-head">
            <Dialog.Title>{title}</Dialog.Title>
            <IconButton label="Close" icon={X} onClick={onClose} />
          </header>
          <div className="dialog-body">{children}</div>
          {actions && <footer className="dialog-foot">{actions}</footer>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
