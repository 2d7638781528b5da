import { niceTop } from "@/lib/usageChart";

const WIDTH = 600;
const HEIGHT = 160;
const GAP = 0.25;

interface BarChartProps {
  /** What it shows: whoever cannot see it reads this, and the table that stands beside it. */
  label: string;
  bars: { label: string; value: number }[];
  valueText: (value: number) => string;
}

/** Bars on a scale from nothing to a round number. Each tells its value to a pointer. */
export function BarChart({ label, bars, valueText }: BarChartProps) {
  const top = niceTop(Math.max(0, ...bars.map((bar) => bar.value)));
  const step = WIDTH / bars.length;
  return (
    <figure className="rounded-xl border border-line bg-card p-4">
      <div className="flex justify-between pb-1 text-faint text-xs tabular-nums">
        <span>{valueText(top)}</span>
      </div>
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-40 w-full"
      >
        <title>{label}</title>
        {[0, HEIGHT / 2, HEIGHT].map((y) => (
          <line
            key={y}
            x1={0}
            x2={WIDTH}
            y1={y}
            y2={y}
            className="stroke-line"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {bars.map((bar, index) => {
          const height = (bar.value / top) * HEIGHT;
          return (
            <g key={bar.label}>
              <title>{`${bar.label}: ${valueText(bar.value)}`}</title>
              <rect x={index * step} y={0} width={step} height={HEIGHT} className="fill-transparent" />
              <rect
                x={(index + GAP / 2) * step}
                y={HEIGHT - height}
                width={step * (1 - GAP)}
                height={height}
                className="fill-accent"
              />
            </g>
          );
        })}
      </svg>
      <div aria-hidden="true" className="flex justify-between pt-1 text-faint text-xs">
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </div>
    </figure>
  );
}
