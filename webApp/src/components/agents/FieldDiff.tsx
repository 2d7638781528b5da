import clsx from "clsx";
import type { FieldChange } from "@/lib/agentHistory";
import { diffLines } from "@/lib/lineDiff";
import { agentsTexts } from "@/lib/texts/agents";

const SIGNS = { same: " ", gone: "−", new: "+" };

/** One field before and after, line by line. */
export function FieldDiff({ field }: { field: FieldChange }) {
  const said = { same: null, gone: agentsTexts.fieldWas, new: agentsTexts.fieldIs };
  return (
    <div className="min-w-0">
      <p className="mb-1 text-faint text-xs">{field.name.replaceAll("_", " ")}</p>
      <ol className="overflow-hidden rounded-lg border border-line font-mono text-xs">
        {diffLines(field.before, field.after).map((line, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of what was written once never move
            key={index}
            className={clsx(
              "flex gap-2 whitespace-pre-wrap px-3 py-0.5",
              line.kind === "gone" && "bg-danger-tint",
              line.kind === "new" && "bg-tint",
              line.kind === "more" && "bg-sunken text-faint",
            )}
          >
            {line.kind === "more" ? (
              agentsTexts.sameLines(line.count)
            ) : (
              <>
                {said[line.kind] && <span className="sr-only">{said[line.kind]}: </span>}
                <span aria-hidden="true" className="select-none">
                  {SIGNS[line.kind]}
                </span>
                <span className="min-w-0 break-words">{line.text}</span>
              </>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
