import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { texts } from "@/lib/texts";
import { settingsTexts } from "@/lib/texts/settings";
import { ProblemNote } from "../ProblemNote";
import { Button } from "../ui/Button";
import { Skeleton } from "../ui/Skeleton";

interface SectionProps {
  title: string;
  lead?: string;
  children: ReactNode;
}

export function Section({ title, lead, children }: SectionProps) {
  return (
    <section className="space-y-5">
      <div className="space-y-1">
        <h2 className="font-semibold text-lg">{title}</h2>
        {lead && <p className="text-soft text-sm">{lead}</p>}
      </div>
      {children}
    </section>
  );
}

interface LoadedProps<Data> {
  query: Pick<UseQueryResult<Data>, "data" | "error" | "refetch">;
  children: (data: Data) => ReactNode;
}

/** What a query has found; before that its place, or what went wrong. */
export function Loaded<Data>({ query, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return (
      <ProblemNote problem={query.error} title={settingsTexts.loadProblem}>
        <Button className="h-9" onClick={() => void query.refetch()}>
          {texts.tryAgain}
        </Button>
      </ProblemNote>
    );
  }
  return (
    <div className="space-y-4">
      <p className="sr-only">{texts.loading}</p>
      {["w-1/3", "w-full", "w-2/3"].map((width) => (
        <Skeleton key={width} className={`h-8 ${width}`} />
      ))}
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return (
    <p className="rounded-xl border border-line border-dashed px-4 py-6 text-center text-soft text-sm">
      {children}
    </p>
  );
}
