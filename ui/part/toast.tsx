import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./button.tsx";
import "./toast.css";

/** Says that something was done: `const say = useToast(); say("Saved")`. */
export function useToast(): (text: string) => void {
  const { add } = Toast.useToastManager();
  return (text) => void add({ description: text });
}

export function ToastPlace({ children }: { readonly children: ReactNode }) {
  return (
    <Toast.Provider timeout={4_000} limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="toast-place">
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Toasts() {
  const { toasts, close } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast">
      <Toast.Description className="toast-text" />
      <IconButton label="Close" icon={X} onClick={() => close(toast.id)} />
    </Toast.Root>
  ));
}
