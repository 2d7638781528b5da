import { useMemo } from "react";
import { colour } from "@/lib/highlight";

/** Code in the colours of its language, or as it is. */
export default function ColouredCode({ code, language }: { code: string; language: string }) {
  const parts = useMemo(() => colour(code, language), [code, language]);
  if (!parts) return code;
  return parts.map(({ text, className }, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text are where they are
    <span key={index} className={className || undefined}>
      {text}
    </span>
  ));
}
