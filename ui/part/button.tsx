import { Link, type LinkProps } from "@tanstack/react-router";
import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode } from "react";
import "./button.css";

/** `primary`: the one next step of a page. `danger`: what cannot be taken back. */
type ButtonKind = "primary" | "plain" | "quiet" | "danger";

type Looks = {
  readonly kind?: ButtonKind;
  readonly icon?: LucideIcon;
  readonly children?: ReactNode;
};

type ButtonProps = Looks &
  Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className"> & {
    /** It was pressed and the answer is not there yet. */
    readonly busy?: boolean;
  };

export function Button({ kind = "plain", icon, busy = false, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`button ${kind}`}
      aria-busy={busy || undefined}
      disabled={busy || rest.disabled}
    >
      <Inside icon={icon}>{children}</Inside>
    </button>
  );
}

/** Looks like a button, goes somewhere. */
export function LinkButton({ kind = "plain", icon, children, ...rest }: Looks & LinkProps) {
  return (
    <Link {...rest} className={`button ${kind}`}>
      <Inside icon={icon}>{children}</Inside>
    </Link>
  );
}

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className" | "aria-label"> & {
  readonly label: string;
  readonly icon: LucideIcon;
};

export function IconButton({ label, icon: Icon, ...rest }: IconButtonProps) {
  return (
    <button type="button" title={label} {...rest} className="icon-button" aria-label={label}>
      <Icon size={17} strokeWidth={1.75} aria-hidden />
    </button>
  );
}

function Inside({ icon: Icon, children }: { icon: LucideIcon | undefined; children: ReactNode }) {
  return (
    <>
      {Icon && <Icon size={15} strokeWidth={1.9} aria-hidden />}
      {children}
    </>
  );
}
