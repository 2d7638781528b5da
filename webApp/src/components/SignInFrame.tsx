import type { ReactNode } from "react";
import { signInTexts } from "@/lib/texts/signIn";
import { BrandMark } from "./Brand";

interface SignInFrameProps {
  title: string;
  lead: string;
  children: ReactNode;
}

/** A page before the app: what it asks for, and nothing else. */
export function SignInFrame({ title, lead, children }: SignInFrameProps) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-5 py-10">
      <div className="w-full max-w-sm">
        <BrandMark className="mb-6 size-11" />
        <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
        <p className="mt-1.5 mb-7 break-words text-soft">{lead}</p>
        {children}
      </div>
      <p className="mt-10 text-center text-faint text-xs">{signInTexts.promise}</p>
    </main>
  );
}
