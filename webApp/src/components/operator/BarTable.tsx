export interface BarRow {
  key: string;
  name: string;
  /** How long its bar is. */
  value: number;
  /** In the order of the columns. */
  cells: readonly string[];
  tone?: Tone;
}

export type Tone = keyof typeof TONES;

const TONES = {
  good: ["fill-accent", "bg-accent"],
  quiet: ["fill-edge", "bg-edge"],
  bad: ["fill-danger", "bg-danger"],
} as const;

/** The colour of a part that is no SVG. */
export function toneClass(tone: Tone): string {
  return TONES[tone][1];
}

interface BarTableProps {
  caption: string;
  /** What the rows are. */
  head: string;
  columns: readonly string[];
  rows: readonly BarRow[];
}

/** A table whose rows have bars: the chart and the numbers behind it are one thing, for whoever reads it and however. */
export function BarTable({ caption, head, columns, rows }: BarTableProps) {
  const top = Math.max(0, ...rows.map(({ value }) => value));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="-mx-1 overflow-x-auto px-1" tabIndex={0}>
      <table className="w-full text-left text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="text-faint text-xs">
            <th scope="col" className="pb-1.5 font-normal">
              {head}
            </th>
            {columns.map((column) => (
              <th key={column} scope="col" className="pb-1.5 pl-3 text-right font-normal">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, value, cells, tone = "good" }) => (
            <tr key={key} className="align-top">
              <th scope="row" className="w-full min-w-32 py-1.5 font-normal">
                <span className="block leading-snug [overflow-wrap:anywhere]">{name}</span>
                <Bar share={top > 0 ? value / top : 0} tone={tone} />
              </th>
              {cells.map((cell, index) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: a row's cells stay where they are
                  key={index}
                  className="whitespace-nowrap py-1.5 pl-3 text-right tabular-nums"
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Bar({ share, tone }: { share: number; tone: Tone }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
      className="mt-1.5 h-1.5 w-full overflow-hidden rounded-full bg-sunken"
    >
      <rect width={share > 0 ? Math.max(share * 100, 1) : 0} height={1} className={TONES[tone][0]} />
    </svg>
  );
}
