import clsx from "clsx";
import { type ReactNode, useId } from "react";

interface PanelProps {
  title: string;
  lead?: string;
  /** Beside the title. */
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A part of the page with a name. */
export function Panel({ title, lead, actions, className, children }: PanelProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={clsx("min-w-0 rounded-2xl border border-line bg-card p-4 sm:p-5", className)}
    >
      <div className="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2 id={id} className="font-semibold text-sm">
            {title}
          </h2>
          {lead && <p className="mt-0.5 text-faint text-xs">{lead}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

export function Nothing({ children }: { children: ReactNode }) {
  return <p className="text-soft text-sm">{children}</p>;
}
