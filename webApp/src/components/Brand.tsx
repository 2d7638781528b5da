import { texts } from "@/lib/texts";

export function BrandMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="9" fill="#0f766e" />
      <path
        d="M21.5 11.5a7.5 7.5 0 1 0 0 9"
        fill="none"
        stroke="#fff"
        strokeWidth="3.2"
        strokeLinecap="round"
      />
    </svg>
  );
}

export function Brand() {
  return (
    <span className="flex items-center gap-2.5 font-semibold tracking-tight">
      <BrandMark className="size-7" />
      {texts.appName}
    </span>
  );
}
