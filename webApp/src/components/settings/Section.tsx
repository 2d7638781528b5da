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
  /** What keeps the place, where that is not a form or a list. */
  placeholder?: ReactNode;
  children: (data: Data) => ReactNode;
}

/** What a query has found; before that its place, or what went wrong. */
export function Loaded<Data>({ query, placeholder, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return (
      <ProblemNote problem={query.error} title={settingsTexts.loadProblem}>
        <Button onClick={() => void query.refetch()}>{texts.tryAgain}</Button>
      </ProblemNote>
    );
  }
  return <Waiting>{placeholder}</Waiting>;
}

/** The place of what is loading: fields, or rows of a list. */
export function Waiting({ children }: { children?: ReactNode }) {
  return (
    <div role="status" className="space-y-5">
      <p className="sr-only">{texts.loading}</p>
      {children ??
        ["first", "second", "third"].map((name) => (
          <div key={name} className="space-y-2">
            <Skeleton className="h-4 w-28" />
            <Skeleton className="h-11 rounded-lg" />
          </div>
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
