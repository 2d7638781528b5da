import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { texts } from "@/lib/texts";
import { Button } from "./ui/Button";

interface CopyButtonProps {
  text: string;
  label?: string;
  className?: string;
}

/** Copies a text and says for a moment that it did. */
export function CopyButton({ text, label = texts.chat.copy, className }: CopyButtonProps) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const Icon = isCopied ? Check : Copy;
  return (
    <Button
      shape="smallIcon"
      className={className}
      aria-label={isCopied ? texts.chat.copied : label}
      title={label}
      // Refused only where the page may not use the clipboard at all; then the label stays as it is.
      onClick={() =>
        navigator.clipboard.writeText(text).then(
          () => setIsCopied(true),
          () => undefined,
        )
      }
    >
      <Icon className="size-4" />
    </Button>
  );
}
