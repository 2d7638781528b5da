import { useId } from "react";
import type { Column } from "@/api/agents";
import { Button } from "@/components/ui/Button";
import { useFocusOnProblem } from "@/components/ui/useFocusOnProblem";
import { agentsTexts } from "@/lib/texts/agents";
import { Checkbox } from "./Checkbox";

interface ColumnTicksProps {
  legend: string;
  columns: readonly Pick<Column, "name" | "type" | "is_required">[];
  ticked: readonly string[];
  /** Says which of them a new row cannot do without. */
  showsNeeded?: boolean;
  problem?: string | undefined;
  onChange: (ticked: string[]) => void;
}

/** Which of a table's columns: each with its type and what the database says of it. */
export function ColumnTicks({ legend, columns, ticked, showsNeeded, problem, onChange }: ColumnTicksProps) {
  const id = useId();
  const group = useFocusOnProblem<HTMLFieldSetElement>(problem);
  const isWhole = columns.every(({ name }) => ticked.includes(name));
  const toggle = (name: string, isOn: boolean) =>
    onChange(
      columns.map((column) => column.name).filter((one) => (one === name ? isOn : ticked.includes(one))),
    );
  return (
    <fieldset
      ref={group}
      tabIndex={-1}
      aria-describedby={problem ? `${id}-problem` : undefined}
      className={`min-w-0 rounded-xl border p-4 ${problem ? "border-danger" : "border-line"}`}
    >
      <legend className="px-1 font-medium text-sm">{legend}</legend>
      <div className="mb-2 flex items-center justify-between gap-2">
        <span className="text-faint text-xs tabular-nums">
          {agentsTexts.ticked(ticked.length, columns.length)}
        </span>
        <Button
          shape="link"
          className="-mr-2"
          aria-label={`${legend}: ${isWhole ? agentsTexts.none : agentsTexts.all}`}
          onClick={() => onChange(isWhole ? [] : columns.map(({ name }) => name))}
        >
          {isWhole ? agentsTexts.none : agentsTexts.all}
        </Button>
      </div>
      <div className="grid gap-x-4 gap-y-1.5 sm:grid-cols-2">
        {columns.map((column) => (
          <Checkbox
            key={column.name}
            label={column.name}
            hint={hintOf(column, showsNeeded === true)}
            checked={ticked.includes(column.name)}
            onChange={(event) => toggle(column.name, event.target.checked)}
          />
        ))}
      </div>
      {problem && (
        <p id={`${id}-problem`} role="alert" className="mt-3 text-danger text-sm">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

function hintOf({ type, is_required }: Pick<Column, "type" | "is_required">, showsNeeded: boolean): string {
  return showsNeeded && is_required ? `${type} · ${agentsTexts.needed}` : type;
}
