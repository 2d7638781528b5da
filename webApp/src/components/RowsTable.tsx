import { useMemo, useState } from "react";
import { texts } from "@/lib/texts";
import { cellText, columnsOf } from "@/lib/toolResult";
import { Button } from "./ui/Button";

// About as many as fit beside a conversation without taking it over.
const ROWS_AT_FIRST = 8;

interface RowsTableProps {
  rows: Record<string, unknown>[];
  hasMore: boolean;
}

/** Rows of the database as a table: wide ones scroll in themselves, long ones are cut until asked for. */
export function RowsTable({ rows, hasMore }: RowsTableProps) {
  const [isWhole, setIsWhole] = useState(rows.length <= ROWS_AT_FIRST);
  const columns = useMemo(() => columnsOf(rows), [rows]);
  return (
    <div className="space-y-2">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="max-h-96 overflow-auto rounded-lg border border-line" tabIndex={0}>
        <table className="w-full border-collapse text-left text-[0.8125rem]">
          <thead className="sticky top-0 bg-sunken">
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col" className="whitespace-nowrap px-3 py-1.5 font-medium text-soft">
                  {column.replaceAll("_", " ")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(isWhole ? rows : rows.slice(0, ROWS_AT_FIRST)).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: stored rows never change their places
              <tr key={index} className="border-line border-t">
                {columns.map((column) => (
                  <Cell key={column} value={row[column]} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!isWhole && (
        <Button shape="quiet" onClick={() => setIsWhole(true)}>
          {texts.tool.showAll(rows.length)}
        </Button>
      )}
      {hasMore && <p className="text-faint text-xs">{texts.tool.more}</p>}
    </div>
  );
}

function Cell({ value }: { value: unknown }) {
  const text = typeof value === "boolean" ? (value ? texts.tool.yes : texts.tool.no) : cellText(value);
  return (
    <td
      className={
        typeof value === "number" ? "px-3 py-1.5 text-right tabular-nums" : "max-w-72 truncate px-3 py-1.5"
      }
      title={text}
    >
      {text}
    </td>
  );
}
