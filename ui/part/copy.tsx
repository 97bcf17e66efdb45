import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./button.tsx";
import "./copy.css";

type CopyButtonProps = { readonly text: string; readonly label?: string };

function CopyButton({ text, label = "Copy" }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = window.setTimeout(() => setCopied(false), 1_500);
    return () => window.clearTimeout(timer);
  }, [copied]);
  return (
    <IconButton
      label={copied ? "Copied" : label}
      icon={copied ? Check : Copy}
      onClick={() => {
        copyText(text).then(setCopied, () => setCopied(false));
      }}
    />
  );
}

/** A block of text to paste elsewhere: a command, a key, a certificate. */
export function CopyBlock({ text, label }: CopyButtonProps) {
  return (
    <div className="copy-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it */}
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={text} {...(label ? { label } : {})} />
    </div>
  );
}

/** Plain HTTP on a plant's network has no clipboard API: then the old way. */
async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "spoken";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
