// Code in colours. A part of the build of its own, fetched when there is code to colour.
import bash from "highlight.js/lib/languages/bash";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

const lowlight = createLowlight({
  bash,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
});

// Colouring is done at once: more than this would be felt.
const MAX_CHARACTERS = 30_000;

export interface ColouredPart {
  text: string;
  /** The classes of the highlighter: `hljs-keyword` ... */
  className: string;
}

/** The code in parts; null for a language that is not known here. Never HTML: what is made of it is text. */
export function colour(code: string, language: string): ColouredPart[] | null {
  if (!lowlight.registered(language) || code.length > MAX_CHARACTERS) return null;
  return partsOf(lowlight.highlight(language, code).children, "");
}

type Nodes = ReturnType<typeof lowlight.highlight>["children"];

function partsOf(nodes: Nodes, outer: string): ColouredPart[] {
  return nodes.flatMap((node): ColouredPart[] => {
    if (node.type === "text") return [{ text: node.value, className: outer }];
    if (node.type !== "element") return [];
    const classes = node.properties["className"];
    return partsOf(node.children as Nodes, Array.isArray(classes) ? classes.join(" ") : outer);
  });
}
