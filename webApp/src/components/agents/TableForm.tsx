import type { Table } from "@/api/agents";
import { SelectField } from "@/components/ui/SelectField";
import type { Refusal, ToolField } from "@/lib/refusals";
import { agentsTexts } from "@/lib/texts/agents";
import { choosable, type Method, methodsOf, type ToolChoices } from "@/lib/toolConfig";
import { ColumnTicks } from "./ColumnTicks";
import type { EditedTable } from "./useToolConfig";

interface TableFormProps {
  tables: readonly Table[];
  edited: EditedTable;
  refusal: Refusal<ToolField> | null;
}

/** The config of a CRUDTool as a form: table, method, and the columns of each use. */
export function TableForm({ tables, edited, refusal }: TableFormProps) {
  const { table, choices, method } = edited;
  const problem = (field: ToolField) => (refusal?.field === field ? refusal.message : undefined);
  return (
    <div className="space-y-5">
      <div className="grid gap-5 sm:grid-cols-2">
        <SelectField
          label={agentsTexts.table}
          value={table?.name ?? ""}
          problem={problem("table")}
          hint={table?.comment ?? undefined}
          choices={[
            { value: "", label: agentsTexts.chooseTable },
            ...tables.map(({ name }) => ({ value: name, label: name })),
          ]}
          onChange={(event) => edited.chooseTable(event.target.value)}
        />
        <SelectField
          label={agentsTexts.method}
          value={method ?? ""}
          disabled={!table}
          problem={problem("method")}
          choices={[
            ...(method ? [] : [{ value: "", label: "–" }]),
            ...methodsOf(table ?? NO_TABLE).map((one) => ({ value: one, label: agentsTexts.methods[one] })),
          ]}
          onChange={(event) => edited.chooseMethod(event.target.value as Method)}
        />
      </div>
      {table && choices && <Ticks table={table} choices={choices} edited={edited} problem={problem} />}
      {table && !choices && <p className="text-soft text-sm">{agentsTexts.configOnly}</p>}
    </div>
  );
}

const NO_TABLE: Table = { name: "", comment: null, columns: [], writes: [] };

interface TicksProps {
  table: Table;
  choices: ToolChoices;
  edited: EditedTable;
  problem: (field: ToolField) => string | undefined;
}

function Ticks({ table, choices, edited, problem }: TicksProps) {
  const offered = choosable(table, choices.method);
  return (["writes", "filters", "columns"] as const)
    .filter((use) => offered[use].length > 0)
    .map((use) => (
      <ColumnTicks
        key={use}
        legend={agentsTexts[use]}
        columns={table.columns.filter(({ name }) => offered[use].includes(name))}
        ticked={choices[use]}
        showsNeeded={use === "writes" && choices.method !== "update"}
        problem={problem(use)}
        onChange={(ticked) => edited.choose({ [use]: ticked })}
      />
    ));
}
