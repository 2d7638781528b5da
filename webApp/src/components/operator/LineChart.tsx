import { MAX_SAMPLES, type Sample } from "@/lib/operatorFigures";
import { operatorTexts } from "@/lib/texts/operator";
import { niceTop } from "@/lib/usageChart";

const WIDTH = 600;
const HEIGHT = 110;

const say = operatorTexts.live;

/** Turns that run and that wait, look by look, the latest at the right; and the same as a table. */
export function LineChart({ samples }: { samples: readonly Sample[] }) {
  const most = Math.max(0, ...samples.map(({ running }) => running));
  const top = niceTop(Math.max(2, most));
  const step = WIDTH / (MAX_SAMPLES - 1);
  const points = samples.map(({ running }, index) => {
    const x = WIDTH - (samples.length - 1 - index) * step;
    return `${x},${HEIGHT - (running / top) * HEIGHT}`;
  });
  const [first] = points;
  const start = first?.split(",")[0];
  return (
    <div className="space-y-2">
      <figure>
        <p aria-hidden="true" className="pb-1 text-faint text-xs tabular-nums">
          {top}
        </p>
        <svg
          role="img"
          aria-label={say.label(samples.at(-1)?.running ?? 0, most)}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-28 w-full overflow-visible"
        >
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
          {samples.length > 1 && (
            <>
              <path
                d={`M${start},${HEIGHT} L${points.join(" L")} L${WIDTH},${HEIGHT} Z`}
                className="fill-accent/15"
              />
              <polyline
                points={points.join(" ")}
                fill="none"
                strokeWidth={2}
                strokeLinejoin="round"
                className="stroke-accent"
                vectorEffect="non-scaling-stroke"
              />
            </>
          )}
        </svg>
      </figure>
      {samples.length < 2 && <p className="text-faint text-xs">{say.soon}</p>}
      <details className="text-sm">
        <summary className="w-fit rounded-lg text-soft text-xs marker:text-faint">{say.table}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <div className="mt-2 max-h-48 overflow-auto" tabIndex={0}>
          <table className="w-full text-left tabular-nums">
            <caption className="sr-only">{say.title}</caption>
            <thead className="text-faint text-xs">
              <tr>
                <th scope="col" className="font-normal">
                  {say.time}
                </th>
                <th scope="col" className="text-right font-normal">
                  {say.running}
                </th>
                <th scope="col" className="text-right font-normal">
                  {say.waiting}
                </th>
              </tr>
            </thead>
            <tbody>
              {samples.toReversed().map(({ at, running, waiting }) => (
                <tr key={at}>
                  <th scope="row" className="font-normal">
                    {new Date(at).toLocaleTimeString()}
                  </th>
                  <td className="text-right">{running}</td>
                  <td className="text-right">{waiting}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}
