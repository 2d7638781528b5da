import { useMemo } from "react";
import type { ToolConfig } from "@/api/agents";
import { suggestionsAt } from "@/lib/configSuggestions";
import { problemsWith, type Schema } from "@/lib/jsonSchema";
import { lineAt, spanOf, spansOf } from "@/lib/jsonText";

interface ConfigHelp {
  text: string;
  config: ToolConfig | null;
  schema: Schema | null;
  /** Where suggestions are wanted; null where none are. */
  caret: number | null;
  wordsAt: (key: string) => readonly string[];
}

/** What does not fit in a config, with its place in the text, and what could be written at the cursor. */
export function useConfigHelp({ text, config, schema, caret, wordsAt }: ConfigHelp) {
  const problems = useMemo(() => {
    // Nothing is chosen yet: that this lacks everything needs no saying.
    if (!schema || !config || Object.keys(config).length === 0) return [];
    const spans = spansOf(text);
    return problemsWith(schema, config).map(({ path, message }) => {
      const span = spanOf(spans, path);
      return { ...span, message, line: lineAt(text, span.start) };
    });
  }, [text, config, schema]);
  const suggestions = schema && caret !== null ? suggestionsAt(text, caret, schema, wordsAt) : [];
  return { problems, suggestions };
}
