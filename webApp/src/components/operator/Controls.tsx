import { Pause, Play, RefreshCw } from "lucide-react";
import { useId } from "react";
import { Button } from "@/components/ui/Button";
import { Select } from "@/components/ui/Select";
import { type Measure, PERIODS, type PeriodDays, periodFrom } from "@/lib/operatorFigures";
import { operatorTexts } from "@/lib/texts/operator";

interface RefreshProps {
  /** When the figures were read, in milliseconds since 1970; 0 for not yet. */
  readAt: number;
  isReading: boolean;
  isLive: boolean;
  onLiveChange: (isLive: boolean) => void;
  onRefresh: () => void;
}

/** How old the figures are, and whether they renew themselves. */
export function RefreshControls({ readAt, isReading, isLive, onLiveChange, onRefresh }: RefreshProps) {
  const toggle = isLive ? operatorTexts.pause : operatorTexts.resume;
  return (
    <div className="flex items-center gap-1">
      <span className="hidden px-2 text-faint text-xs tabular-nums sm:inline">
        {readAt > 0 && operatorTexts.asOf(new Date(readAt).toLocaleTimeString())}
      </span>
      <Button shape="icon" aria-label={toggle} title={toggle} onClick={() => onLiveChange(!isLive)}>
        {isLive ? <Pause className="size-4" /> : <Play className="size-4" />}
      </Button>
      <Button
        shape="icon"
        aria-label={operatorTexts.refresh}
        title={operatorTexts.refresh}
        aria-busy={isReading}
        onClick={onRefresh}
      >
        <RefreshCw className="size-4" />
      </Button>
    </div>
  );
}

interface PeriodProps {
  days: PeriodDays;
  onDaysChange: (days: PeriodDays) => void;
  measure: Measure;
  onMeasureChange: (measure: Measure) => void;
}

const MEASURES = ["cost_usd", "tokens", "turns"] as const;

/** Of which time usage is shown, and what its bars stand for. */
export function UsageControls({ days, onDaysChange, measure, onMeasureChange }: PeriodProps) {
  const id = useId();
  return (
    <div className="flex flex-wrap gap-x-5 gap-y-3 text-sm">
      <div className="flex items-center gap-2">
        <label htmlFor={`${id}-days`} className="text-soft">
          {operatorTexts.period}
        </label>
        <Select
          id={`${id}-days`}
          value={days}
          onChange={({ target }) => onDaysChange(periodFrom(target.value))}
        >
          {PERIODS.map((one) => (
            <option key={one} value={one}>
              {operatorTexts.periods[one]}
            </option>
          ))}
        </Select>
      </div>
      <div className="flex items-center gap-2">
        <label htmlFor={`${id}-measure`} className="text-soft">
          {operatorTexts.usage.measure}
        </label>
        <Select
          id={`${id}-measure`}
          value={measure}
          onChange={({ target }) => onMeasureChange(target.value as Measure)}
        >
          {MEASURES.map((one) => (
            <option key={one} value={one}>
              {operatorTexts.usage.measures[one]}
            </option>
          ))}
        </Select>
      </div>
    </div>
  );
}
