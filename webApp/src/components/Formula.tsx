import { useLayoutEffect, useRef } from "react";
import temml from "temml";

interface FormulaProps {
  tex: string;
  isBlock: boolean;
}

/** A formula as MathML, which browsers set themselves. Made as elements, never as HTML, and without links or images. */
export default function Formula({ tex, isBlock }: FormulaProps) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    try {
      temml.render(tex, element, {
        displayMode: isBlock,
        trust: false,
        strict: false,
        throwOnError: true,
        maxExpand: 200,
      });
      // An id of somebody's choice could be taken for one of the page's own.
      for (const named of element.querySelectorAll("[id]")) named.removeAttribute("id");
    } catch {
      element.textContent = tex;
    }
  }, [tex, isBlock]);
  return <span ref={place} />;
}
